/** A map of a fixed size: a new key makes one of the others give way, by default the one that was set first. */
export type Capped<T> = {
  readonly get: (key: string) => T | undefined
  readonly set: (key: string, value: T) => void
  readonly delete: (key: string) => void
  readonly values: () => readonly T[]
  /** How many gave way so far. */
  readonly dropped: () => number
}

/** @param goesFirst whether a value gives way before those of which this is false */
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
