import { constants, openSync, writeSync } from 'node:fs'
import { codeOf } from '../../../model/code-of.js'

/**
 * Writes everything to an open file of this process, however long that takes. If another process has made it
 * non-blocking, it is opened again, which is possible for all but sockets.
 */
export function createBlockingOutput(given: number): (bytes: Uint8Array) => void {
  let fd = given
  return (bytes) => {
    for (let written = 0; written < bytes.length;) {
      try {
        written += writeSync(fd, bytes, written, bytes.length - written)
      } catch (error) {
        if (fd !== given || codeOf(error) !== 'EAGAIN') throw error
        fd = openSync(`/proc/self/fd/${given}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY)
      }
    }
  }
}

/** Nobody reads what is written any more. */
export const isBrokenPipe = (error: unknown): boolean => codeOf(error) === 'EPIPE'
