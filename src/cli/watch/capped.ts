/** A map with a fixed capacity: a new key evicts another, by default the oldest. */
export type Capped<T> = {
  readonly get: (key: string) => T | undefined
  readonly set: (key: string, value: T) => void
  readonly delete: (key: string) => void
  readonly values: () => readonly T[]
  /** Number of evicted keys. */
  readonly dropped: () => number
}

/** @param goesFirst whether a value is evicted before those for which this is false */
export const createCapped = <T>(size: number, goesFirst: (value: T) => boolean): Capped<T> => {
  const map = new Map<string, T>()
  let dropped = 0
  const makeRoom = () => {
    for (const [key, value] of map) {
      if (!goesFirst(value)) continue
      map.delete(key)
      return
    }
    const [oldest] = map.keys()
    if (oldest !== undefined) map.delete(oldest)
  }
  return {
    get: (key) => map.get(key),
    set: (key, value) => {
      if (!map.has(key) && map.size >= size) {
        makeRoom()
        dropped += 1
      }
      map.set(key, value)
    },
    delete: (key) => void map.delete(key),
    values: () => [...map.values()],
    dropped: () => dropped,
  }
}
