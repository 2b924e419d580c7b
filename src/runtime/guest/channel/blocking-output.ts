import { constants, openSync, writeSync } from 'node:fs'
import { codeOf } from '../../../model/code-of.js'

const RETRY_MS = 1
const never = new Int32Array(new SharedArrayBuffer(4))

/**
 * Writes everything to an open file of this process, however long that takes. If it is non-blocking, because of another process or
 * because it is standard input as well, it is opened again, which is possible for all but sockets: those are tried again and again.
 */
export function createBlockingOutput(given: number): (bytes: Uint8Array) => void {
  let fd = given
  return (bytes) => {
    for (let written = 0; written < bytes.length;) {
      try {
        written += writeSync(fd, bytes, written, bytes.length - written)
      } catch (error) {
        if (fd !== given || codeOf(error) !== 'EAGAIN') throw error
        fd = reopened(given)
        if (fd === given) Atomics.wait(never, 0, 0, RETRY_MS)
      }
    }
  }
}

/** The same file, but blocking; `given` itself if that is a socket. */
function reopened(given: number): number {
  try {
    return openSync(`/proc/self/fd/${given}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY)
  } catch (error) {
    if (codeOf(error) !== 'ENXIO') throw error
    return given
  }
}

/** Nobody reads what is written any more. */
export const isBrokenPipe = (error: unknown): boolean => codeOf(error) === 'EPIPE'
