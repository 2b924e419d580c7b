const PUBACK = 4
const PUBREC = 5

/** One MQTT packet, in the pieces that it is written in. */
type Written = { readonly type: number; readonly pieces: readonly Buffer[] }

/** Whole packets, as views (MQTT 3.1.1, section 2.2). */
const packetsIn = (chunks: readonly Buffer[]): readonly Written[] => {
  const packets: Written[] = []
  let pieces: Buffer[] = []
  let header: number[] = []
  let left = -1
  for (const chunk of chunks) {
    let from = 0
    let at = 0
    while (at < chunk.length) {
      if (left < 0) {
        header.push(chunk.readUInt8(at++))
        const isComplete = header.length > 1 && ((header.at(-1) ?? 0) & 0x80) === 0
        if (isComplete) left = header.slice(1).reduce((sum, byte, i) => sum + (byte & 0x7f) * 128 ** i, 0)
      } else {
        const taken = Math.min(left, chunk.length - at)
        left -= taken
        at += taken
      }
      if (left !== 0) continue
      packets.push({ type: (header[0] ?? 0) >> 4, pieces: [...pieces, chunk.subarray(from, at)] })
      from = at
      pieces = []
      header = []
      left = -1
    }
    if (from < at) pieces.push(chunk.subarray(from, at))
  }
  return pieces.length === 0 ? packets : [...packets, { type: 0, pieces }]
}

/**
 * Holds back what acknowledges messages to the broker until they are safe, in order (MQTT 3.1.1, section 4.6), while all
 * else passes. So the client goes on to the next message at once, and many acknowledgements wait for the disk together.
 *
 * What comes begins and ends between two packets: MQTT.js writes a packet as a whole before it turns.
 */
export class AckGate {
  readonly #ready: () => Promise<void> | undefined
  readonly #write: (acknowledgement: Buffer) => void
  readonly #held: { readonly bytes: Buffer; isReady: boolean }[] = []
  readonly #released = new WeakSet<Buffer>()

  /** `ready`: see `LinkJournal.durable`; `write` takes what was held, and leads to `filter` again. */
  constructor(ready: () => Promise<void> | undefined, write: (acknowledgement: Buffer) => void) {
    this.#ready = ready
    this.#write = write
  }

  /** What may go out now. */
  filter(chunks: readonly Buffer[]): readonly Buffer[] {
    const passing: Buffer[] = []
    let run: Buffer[] = []
    const end = () => {
      for (const packet of packetsIn(run)) if (!this.#holds(packet)) passing.push(...packet.pieces)
      run = []
    }
    for (const chunk of chunks) {
      if (this.#released.has(chunk)) {
        end()
        passing.push(chunk)
      } else run.push(chunk)
    }
    end()
    return passing
  }

  #holds({ type, pieces }: Written): boolean {
    if (type !== PUBACK && type !== PUBREC) return false
    const ready = this.#ready()
    if (ready === undefined && this.#held.length === 0) return false
    const entry = { bytes: Buffer.concat(pieces), isReady: ready === undefined }
    this.#held.push(entry)
    void ready?.then(() => {
      entry.isReady = true
      this.#release()
    })
    return true
  }

  #release(): void {
    for (let [next] = this.#held; next?.isReady === true; [next] = this.#held) {
      this.#held.shift()
      this.#released.add(next.bytes)
      this.#write(next.bytes)
    }
  }
}
