import type { LongVariable } from '../../guest/channel/protocol.js'

/** In characters; encoding and decoding that much JSON takes a tenth of a millisecond. */
const LONG = 64 * 1024

type Env = Readonly<Record<string, string>>

export type SplitEnv = {
  readonly short: Env
  readonly long: readonly LongVariable[]
  /** The body of a message: the long values, followed by `rest`. */
  readonly bodyWith: (rest?: Uint8Array) => Uint8Array | undefined
}

/** Separates the long variables: as bytes they reach a guest in a tenth of the time that JSON takes. */
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
      // Not from Buffer's pool: other bytes of the daemon must not reach a guest with it.
      const body = Buffer.allocUnsafeSlow(size + rest.length)
      const end = values.reduce((at, [, value]) => at + body.write(value, at, 'utf8'), 0)
      body.set(rest, end)
      return body
    },
  }
}
