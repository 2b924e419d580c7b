import { join } from 'node:path'
import { readText } from './read-text.js'

/** Memory of the cgroup of this process; values it does not have are omitted. */
export type ContainerMemory = {
  readonly container_usage_bytes?: number
  /** The lowest limit of the group and of those that contain it: each of them holds for this process. */
  readonly container_limit_bytes?: number
}

type Layout = {
  readonly mount: string
  readonly group: string
  readonly usage: string
  readonly limit: string
}

const V1 = { usage: 'memory.usage_in_bytes', limit: 'memory.limit_in_bytes' }
const V2 = { usage: 'memory.current', limit: 'memory.max' }

/** The path of a line, relative to the mount. A group outside of our namespace appears as `/../…` and has no path here. */
const groupPath = (line: string | undefined): string => {
  const path = line?.split(':').slice(2).join(':') ?? '/'
  return path.split('/').includes('..') ? '/' : path
}

/** Where the files may be, own group first: inside a container it is mounted as the root. */
const layouts = (groups: string, root: string): readonly Layout[] => {
  const lines = groups.split('\n')
  const memory = lines.find((line) => line.split(':')[1]?.split(',').includes('memory'))
  const mount = join(root, 'sys/fs/cgroup')
  const own = groupPath(memory ?? lines.find((line) => line.startsWith('0::')))
  return memory === undefined
    ? [own, '/'].map((group) => ({ mount, group, ...V2 }))
    : [own, '/'].map((group) => ({ mount: join(mount, 'memory'), group, ...V1 }))
}

/** A number of bytes. "No limit" is `max`, or in version 1 a number beyond any memory. */
const bytes = (text: string | undefined): number | undefined => {
  const value = text === undefined || !/^\d+$/.test(text.trim()) ? NaN : Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

/** A group and those that contain it, up to the mount: `/a/b`, `/a`, `/`. */
const lineage = (group: string): readonly string[] => {
  const names = group.split('/').filter((name) => name !== '')
  return [...names.map((_, depth) => `/${names.slice(0, names.length - depth).join('/')}`), '/']
}

const lowestLimit = async ({ mount, group, limit }: Layout): Promise<number | undefined> => {
  const limits = await Promise.all(
    lineage(group).map(async (each) => bytes(await readText(join(mount, each, limit)))),
  )
  const set = limits.filter((each) => each !== undefined)
  return set.length === 0 ? undefined : Math.min(...set)
}

/** Reads usage and limit of this process's cgroup, versions 1 and 2, below `root`. */
export const containerMemory = async (root = '/'): Promise<ContainerMemory> => {
  const groups = (await readText(join(root, 'proc/self/cgroup'))) ?? ''
  for (const layout of layouts(groups, root)) {
    const used = bytes(await readText(join(layout.mount, layout.group, layout.usage)))
    if (used === undefined) continue
    const most = await lowestLimit(layout)
    return { container_usage_bytes: used, ...(most === undefined ? {} : { container_limit_bytes: most }) }
  }
  return {}
}
