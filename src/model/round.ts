/** The part of a task in a round of federated learning, as its environment says. */
export type Round = {
  readonly id: string
  /** What kind of bytes its update is. */
  readonly format: string
  /** How many samples it learned from, where the environment says so. */
  readonly numSamples: number | undefined
}

/** What a task of a round printed. */
export type Update = {
  /** All of stdout, in base64. */
  readonly base64: string
  /** Of the object that it is: undefined where there is none, or it does not say. */
  readonly numSamples: number | undefined
  readonly metrics: object
}
