import type { LongVariable } from '../../guest/channel/protocol.js'

/** Characters; to write as many as JSON, and read them, takes a tenth of a millisecond. */
const LONG = 64 * 1024

type Env = Readonly<Record<string, string>>

export type SplitEnv = {
  readonly short: Env
  readonly long: readonly LongVariable[]
  /** The body of a message: the values of the long ones, and what else belongs into it. */
  readonly bodyWith: (rest?: Uint8Array) => Uint8Array | undefined
}

/** Takes the long variables out: as bytes they reach a guest in a tenth of the time that JSON takes. */
export const splitEnv = (env: Env): SplitEnv => {
  const entries = Object.entries(env)
  if (!entries.some(([, value]) => value.length > LONG))
    return { short: env, long: [], bodyWith: (rest) => rest }
  const values = entries.filter(([, value]) => value.length > LONG)
  const long = values.map(([name, value]) => ({ name, bytes: Buffer.byteLength(value) }))
  return {
    short: Object.fromEntries(entries.filter(([, value]) => value.length <= LONG)),
    long,
    bodyWith: (rest = new Uint8Array(0)) => {
      const size = long.reduce((sum, { bytes }) => sum + bytes, 0)
      // A buffer of its own, not of Buffer's pool: other bytes of the daemon must not travel with it to a guest.
      const body = Buffer.allocUnsafeSlow(size + rest.length)
      const end = values.reduce((at, [, value]) => at + body.write(value, at, 'utf8'), 0)
      body.set(rest, end)
      return body
    },
  }
}
