/** A time without its nanoseconds: Node takes times as doubles, so microseconds are what is kept of any of them. */
export const micros = (ns: bigint): bigint => (ns / 1000n) * 1000n
