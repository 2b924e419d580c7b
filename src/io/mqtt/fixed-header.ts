/** The type of a packet that carries a message. */
export const PUBLISH = 3

const LENGTH_CONTINUES = 0x80

/** The type of the packet that begins with this byte. */
export const typeOf = (first: number): number => first >> 4

/** Whether a fixed header begun so is complete (MQTT 3.1.1, section 2.2): the type and flags, then up to four bytes of length. */
export const isComplete = (header: readonly number[]): boolean =>
  header.length > 1 && ((header.at(-1) ?? 0) & LENGTH_CONTINUES) === 0

/** Bytes that follow a complete fixed header. */
export const remainingBytes = ([, ...length]: readonly number[]): number =>
  length.reduce((sum, byte, i) => sum + (byte & 0x7f) * 128 ** i, 0)
