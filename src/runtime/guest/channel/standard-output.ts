import { ProcessExit } from '@proplet/wasi/host/exit.js'
import { createBlockingOutput, isBrokenPipe } from './blocking-output.js'

/** The exit code of a program killed by SIGPIPE: 128 + its number. */
const STATUS_NO_READER = 141

/**
 * Writes to a standard stream of this process. Ends the guest when its reader is gone, as SIGPIPE does for other programs; Node.js
 * ignores that signal.
 */
export function createStandardOutput(fd: 1 | 2): (bytes: Uint8Array) => void {
  const write = createBlockingOutput(fd)
  return (bytes) => {
    try {
      write(bytes)
    } catch (error) {
      throw isBrokenPipe(error) ? new ProcessExit(STATUS_NO_READER) : error
    }
  }
}
