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

type Env = Readonly<Record<string, string>>

/** What the published proplet calls an update whose format nobody names. */
const DEFAULT_FORMAT = 'f32-delta'

/** The value of a variable; an empty one is unset. */
export const variableOf = (env: Env, name: string): string | undefined => {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  return value === '' ? undefined : value
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined

/** The round that an environment is of; undefined: of none. */
export const roundOf = (env: Env): Round | undefined => {
  const id = variableOf(env, 'ROUND_ID')
  if (id === undefined) return undefined
  return {
    id,
    format: variableOf(env, 'FL_FORMAT') ?? DEFAULT_FORMAT,
    numSamples: wholeNumber(variableOf(env, 'FL_NUM_SAMPLES')),
  }
}
