const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** FNV-1a, 64 bits, of the container's name, a NUL and the key. */
export const objectHandle = (container: string, key: string): bigint =>
  Buffer.from(`${container}\0${key}`).reduce(
    (hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME),
    OFFSET_BASIS,
  )
