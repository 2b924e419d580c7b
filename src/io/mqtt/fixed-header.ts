/** The type of packets that carry a message. */
export const PUBLISH = 3

const LENGTH_CONTINUES = 0x80

/** The type of a packet, from its first byte. */
export const typeOf = (first: number): number => first >> 4

/**
 * Whether the bytes of a fixed header are complete (MQTT 3.1.1, section 2.2): the type and flags, then up to four bytes of
 * length.
 */
export const isComplete = (header: readonly number[]): boolean =>
  header.length > 1 && ((header.at(-1) ?? 0) & LENGTH_CONTINUES) === 0

/** The number of bytes after a complete fixed header. */
export const remainingBytes = ([, ...length]: readonly number[]): number =>
  length.reduce((sum, byte, i) => sum + (byte & 0x7f) * 128 ** i, 0)
