/** Sizes of digests by their algorithms: SHA-256, SHA-384, SHA-512, SM3. */
const DIGEST_BYTES: ReadonlyMap<number, number> = new Map([
  [0x0b, 32],
  [0x0c, 48],
  [0x0d, 64],
  [0x12, 32],
])
const MAX_DIGESTS = 16
const END_BYTES = 8
const END = Buffer.alloc(END_BYTES, 0xff)
const FIRST_HEAD_BYTES = 32
const HEAD_BYTES = 12

/** Whether the log ends here: the next 8 bytes are all 00 or all FF. */
const isEnd = (log: Buffer, at: number): boolean => {
  const next = log.subarray(at, at + END_BYTES)
  return next.length === END_BYTES && (next.equals(END) || next.every((byte) => byte === 0))
}

/** The offset after the first entry, which has the old format; undefined if it is malformed. */
const afterFirst = (log: Buffer): number | undefined => {
  if (log.length < FIRST_HEAD_BYTES) return undefined
  const end = FIRST_HEAD_BYTES + log.readUInt32LE(28)
  return end <= log.length ? end : undefined
}

const afterEntry = (log: Buffer, start: number): number | undefined => {
  if (start + HEAD_BYTES > log.length) return undefined
  const digests = log.readUInt32LE(start + 8)
  if (digests > MAX_DIGESTS) return undefined
  let at = start + HEAD_BYTES
  for (let digest = 0; digest < digests; digest += 1) {
    const size = at + 2 <= log.length ? DIGEST_BYTES.get(log.readUInt16LE(at)) : undefined
    if (size === undefined) return undefined
    at += 2 + size
  }
  if (at + 4 > log.length) return undefined
  const end = at + 4 + log.readUInt32LE(at)
  return end <= log.length ? end : undefined
}

/** A measured boot log (TCG2) up to the end of its last entry; undefined if it is malformed, or has no end. */
export const entriesOf = (log: Buffer): Buffer | undefined => {
  let at = afterFirst(log)
  while (at !== undefined && !isEnd(log, at)) at = afterEntry(log, at)
  return at === undefined ? undefined : log.subarray(0, at)
}

/** The first entry of every log, which declares the digests that follow. */
const FIRST_ENTRY = Buffer.concat([
  Buffer.from([0, 0, 0, 0, 3, 0, 0, 0]),
  Buffer.alloc(20),
  Buffer.from([0x25, 0, 0, 0]),
  Buffer.alloc(24),
  Buffer.from([2, 0, 0, 0, 0x0c, 0, 0x30, 0, 0x12, 0, 0x20, 0, 0]),
])

/**
 * The event log for a verifier: that of the boot, then that of the agent. Undefined if there is none.
 * @param boot the log of the firmware; omitted if malformed, because evidence with a wrong log is refused
 */
export const eventLogOf = (boot: Buffer | undefined, agent: Buffer | undefined): Buffer | undefined => {
  const entries = boot && entriesOf(boot)
  if (entries === undefined && (agent === undefined || agent.length === 0)) return undefined
  return Buffer.concat([entries ?? FIRST_ENTRY, agent ?? Buffer.alloc(0), END])
}
