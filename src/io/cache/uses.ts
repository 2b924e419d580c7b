/**
 * Minimum time for which a binary stays on disk after it was handed out, because its reader opens it by path;
 * milliseconds.
 */
export const KEPT_MS = 60_000

/**
 * Coordinates use and deletion of files within this process.
 *
 * A claim and a deletion exclude each other: `claim` fails while a deletion runs, and a file that is held, or was
 * claimed within the last minute, is not deleted to make room. Both decide synchronously, before any disk access.
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
      // Deleted first, so that the map stays in order of use, with expired entries at its head.
      usedAt.delete(name)
      usedAt.set(name, now)
      for (const [old, at] of usedAt) {
        if (now - at < KEPT_MS) break
        usedAt.delete(old)
      }
      return true
    },
    /** Undoes the claim of a file that turned out to be missing. */
    release: (name: string): void => {
      usedAt.delete(name)
    },
    isInUse,
    /** Protects it until the returned function is called. */
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
