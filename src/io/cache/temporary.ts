import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { isAlive } from '../../host/is-alive.js'

export const TEMPORARY = /^\.tmp-([0-9a-f]{8})-(\d{1,10})-[0-9a-f-]{36}$/
/** Milliseconds; no write takes this long without changing its file. */
const ABANDONED_MS = 10 * 60_000

/** Process IDs are meaningful on their own host only; other containers may share the directory. */
const host = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

export const temporaryName = (): string => `.tmp-${host()}-${process.pid}-${randomUUID()}`

/** Whether the process that was writing this temporary file has ended. */
export const isAbandoned = (name: string, modifiedAt: number): boolean => {
  const [, writer, pid] = TEMPORARY.exec(name) ?? []
  if (writer === undefined) return false
  if (Math.abs(Date.now() - modifiedAt) > ABANDONED_MS) return true
  if (writer !== host()) return false
  // In a container every run may have the same process ID.
  return Number(pid) === process.pid ? modifiedAt < performance.timeOrigin : !isAlive(Number(pid))
}
