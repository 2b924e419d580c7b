/** Rounds a time down to microseconds: Node.js has times as doubles, which are not more precise. */
export const micros = (ns: bigint): bigint => (ns / 1000n) * 1000n
