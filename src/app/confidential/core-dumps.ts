import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** One byte: nothing is written, and nothing is piped to a program either, which a limit of 0 would not prevent. */
const LIMIT = '--core=1:1'
const TIMEOUT_MS = 5000

const isOff = async (): Promise<boolean> => {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  return /^Max core file size\s+[01]\s/m.test(limits)
}

/** Sees to it that this process leaves no core dump, which would hold keys and plain text. False: it could not. */
export const turnCoreDumpsOff = async (): Promise<boolean> => {
  try {
    await promisify(execFile)('prlimit', ['--pid', String(process.pid), LIMIT], { timeout: TIMEOUT_MS })
  } catch {
    return isOff()
  }
  return isOff()
}
