import type { BodySource, FieldEntry } from '@proplet/wasi/http/message.js'
import { soon } from '../../channel/wants.js'

/** The body of a request that is here as a whole. */
export const wholeBody = (bytes: Uint8Array, trailers: readonly FieldEntry[]): BodySource => {
  let rest = bytes
  const atOnce = { ready: () => true, wait: () => undefined }
  return {
    ...atOnce,
    read: (length) => {
      if (rest.length === 0) return undefined
      const piece = rest.subarray(0, length)
      rest = rest.subarray(length)
      return piece
    },
    notify: (done) => soon(done),
    // Its stream may outlive it, as that of the daemon does.
    close: () => undefined,
    trailers: { ...atOnce, get: () => (trailers.length === 0 ? undefined : trailers) },
  }
}
