/** A task's part in a federated learning round, from its environment. */
export type Round = {
  readonly id: string
  /** Format of its update. */
  readonly format: string
  /** How many samples it learned from, if the environment says so. */
  readonly numSamples: number | undefined
}

/** What a task of a round printed. */
export type Update = {
  /** All of stdout, in base64. */
  readonly base64: string
  /** From the JSON object; undefined if stdout is none or lacks it. */
  readonly numSamples: number | undefined
  readonly metrics: object
}

type Env = Readonly<Record<string, string>>

/** The reference proplet's name for an unnamed update format. */
const DEFAULT_FORMAT = 'f32-delta'

/** The value of a variable; empty counts as unset. */
export const variableOf = (env: Env, name: string): string | undefined => {
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  return value === '' ? undefined : value
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined

/** The round that an environment describes, if any. */
export const roundOf = (env: Env): Round | undefined => {
  const id = variableOf(env, 'ROUND_ID')
  if (id === undefined) return undefined
  return {
    id,
    format: variableOf(env, 'FL_FORMAT') ?? DEFAULT_FORMAT,
    numSamples: wholeNumber(variableOf(env, 'FL_NUM_SAMPLES')),
  }
}
