import { createHash } from 'node:crypto'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

/** Subdirectory for tasks without a storage path of their own. */
const TASKS = 'tasks'
const PLAIN_ID = /^[A-Za-z0-9_-]{1,128}$/

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The storage directory of the task with that ID. */
export const directoryOfTask = (root: string, id: string): string =>
  join(root, TASKS, PLAIN_ID.test(id) ? `t-${id}` : `h-${digestOf(id)}`)

/** The directory that a start command chose; undefined if it is not below `root`, or inside the directory of tasks. */
export function directoryBelow(root: string, given: string): string | undefined {
  const directory = resolve(root, given)
  const inside = relative(resolve(root), directory)
  const isOutside = inside === '' || isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)
  if (given.includes('\0') || isOutside) return undefined
  return inside === TASKS || inside.startsWith(`${TASKS}${sep}`) ? undefined : directory
}

/** File names reveal nothing that guests chose. */
export const fileNameOf = (name: string): string => digestOf(name)
