import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { isAlive } from '../../host/is-alive.js'

export const TEMPORARY = /^\.tmp-([0-9a-f]{8})-(\d{1,10})-[0-9a-f-]{36}$/
/** No write takes that long without touching its file. */
const ABANDONED_MS = 10 * 60_000

/** Process numbers mean something on their own host only; the directory may be shared with other containers. */
const host = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

export const temporaryName = (): string => `.tmp-${host()}-${process.pid}-${randomUUID()}`

/** Whether a temporary file was left behind by a process that ended while it wrote. */
export const isAbandoned = (name: string, modifiedAt: number): boolean => {
  const [, writer, pid] = TEMPORARY.exec(name) ?? []
  if (writer === undefined) return false
  if (Math.abs(Date.now() - modifiedAt) > ABANDONED_MS) return true
  if (writer !== host()) return false
  // In a container each run has the same number.
  return Number(pid) === process.pid ? modifiedAt < performance.timeOrigin : !isAlive(Number(pid))
}
