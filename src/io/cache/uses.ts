/** How long a binary that was handed out stays on disk at least: its reader opens it by path. Milliseconds. */
export const KEPT_MS = 60_000

/**
 * Keeps the deletion of a file and its use apart, within this process.
 *
 * A claim and a deletion exclude each other: `claim` fails while a deletion runs, and what was claimed within the last
 * minute, or is held, is not deleted to make room. Both decide synchronously, before they touch the disk.
 */
export const createUses = () => {
  const usedAt = new Map<string, number>()
  const holds = new Map<string, number>()
  const deleting = new Set<string>()

  const isInUse = (name: string): boolean =>
    holds.has(name) || performance.now() - (usedAt.get(name) ?? -Infinity) < KEPT_MS

  return {
    claim: (name: string): boolean => {
      if (deleting.has(name)) return false
      const now = performance.now()
      // Deleted first, so that the map stays in the order of use and its expired head can go.
      usedAt.delete(name)
      usedAt.set(name, now)
      for (const [old, at] of usedAt) {
        if (now - at < KEPT_MS) break
        usedAt.delete(old)
      }
      return true
    },
    /** Undoes a claim of what turned out not to be there. */
    release: (name: string): void => {
      usedAt.delete(name)
    },
    isInUse,
    /** Keeps it, however long, until what is returned is called. */
    hold: (name: string): (() => void) => {
      holds.set(name, (holds.get(name) ?? 0) + 1)
      return () => {
        const left = (holds.get(name) ?? 1) - 1
        if (left === 0) holds.delete(name)
        else holds.set(name, left)
      }
    },
    delete: async (name: string, unlink: () => Promise<void>): Promise<void> => {
      deleting.add(name)
      try {
        await unlink()
      } finally {
        deleting.delete(name)
        usedAt.delete(name)
      }
    },
  }
}

export type Uses = ReturnType<typeof createUses>
