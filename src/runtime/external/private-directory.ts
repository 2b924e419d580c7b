import { createHash } from 'node:crypto'
import { lstat, mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../../host/is-alive.js'

/** Contains the process ID, which is meaningful on its own host only. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const PREFIX = `proplet-external-${host}-`
const NAME = new RegExp(`^${PREFIX}(\\d{1,10})-[A-Za-z0-9]{6}$`)

/** Creates a directory with mode 0700 and random letters in its name. */
export const makePrivateDirectory = (parent: string): Promise<string> =>
  mkdtemp(join(parent, `${PREFIX}${process.pid}-`))

const IN_MEMORY = '/dev/shm'
const TMPFS_MAGIC = 0x01021994

/** A directory in memory. Rejects if there is none. */
export const memoryDirectory = async (): Promise<string> => {
  if ((await statfs(IN_MEMORY)).type === TMPFS_MAGIC) return IN_MEMORY
  throw new Error(`${IN_MEMORY} is not in memory, so a confidential binary cannot be stored there`)
}

export const removePrivateDirectory = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 2 })

/** Removes directories of this user's proplets that were killed. Resolves to their number. */
export async function removeAbandoned(parent: string): Promise<number> {
  let removed = 0
  for (const name of await readdir(parent)) {
    const pid = Number(NAME.exec(name)?.[1])
    if (!Number.isInteger(pid)) continue
    const path = join(parent, name)
    if (!(await isAbandoned(path, pid))) continue
    await removePrivateDirectory(path)
    removed += 1
  }
  return removed
}

/** The same in `memoryDirectory`, if it exists. */
export const removeAbandonedInMemory = async (): Promise<number> =>
  memoryDirectory().then(removeAbandoned, () => 0)

async function isAbandoned(path: string, pid: number): Promise<boolean> {
  const entry = await lstat(path).catch(() => undefined)
  if (entry?.isDirectory() !== true || entry.uid !== process.getuid?.()) return false
  // In a container every run has the same process ID.
  return pid === process.pid ? entry.mtimeMs < performance.timeOrigin : !isAlive(pid)
}
