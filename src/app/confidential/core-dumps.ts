import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** One byte: writes no core file and, unlike 0, also pipes none to a program. */
const LIMIT = '--core=1:1'
const TIMEOUT_MS = 5000

const isOff = async (): Promise<boolean> => {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  return /^Max core file size\s+[01]\s/m.test(limits)
}

/** Disables core dumps of this process, which would contain keys and plain text. False if that failed. */
export const turnCoreDumpsOff = async (): Promise<boolean> => {
  try {
    await promisify(execFile)('prlimit', ['--pid', String(process.pid), LIMIT], { timeout: TIMEOUT_MS })
  } catch {
    return isOff()
  }
  return isOff()
}
