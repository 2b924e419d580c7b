import type { Bytes } from '@proplet/component/wasm/compile.js'
import type { RunMessage } from './protocol.js'

/** Puts long variables back into the environment; the rest of the body is the module. */
export const withLongEnv = (
  run: RunMessage,
  body: Bytes,
): { readonly run: RunMessage; readonly body: Bytes } => {
  const { longEnv = [], ...rest } = run
  if (longEnv.length === 0) return { run, body }
  let at = 0
  const long = longEnv.map(({ name, bytes }) => {
    const value = Buffer.from(body.buffer, body.byteOffset + at, bytes).toString('utf8')
    at += bytes
    return [name, value] as const
  })
  // Not by assignment, which would set the prototype for `__proto__`.
  const env = Object.fromEntries([...Object.entries(run.env), ...long])
  return { run: { ...rest, env }, body: body.subarray(at) }
}
