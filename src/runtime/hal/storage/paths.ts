import { createHash } from 'node:crypto'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

/** Below the directory of the storage: what tasks have that name no place of their own. */
const TASKS = 'tasks'
const PLAIN_ID = /^[A-Za-z0-9_-]{1,128}$/

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The storage of the task of that id. */
export const directoryOfTask = (root: string, id: string): string =>
  join(root, TASKS, PLAIN_ID.test(id) ? `t-${id}` : `h-${digestOf(id)}`)

/** The storage that a start command names; undefined: it is not below `root`, or among those of tasks. */
export function directoryBelow(root: string, given: string): string | undefined {
  const directory = resolve(root, given)
  const inside = relative(resolve(root), directory)
  const isOutside = inside === '' || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)
  if (given.includes('\0') || isOutside) return undefined
  return inside === TASKS || inside.startsWith(`${TASKS}${sep}`) ? undefined : directory
}

/** Names of files tell nothing of what guests chose. */
export const fileNameOf = (name: string): string => digestOf(name)
