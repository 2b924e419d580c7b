import { PacketSplitter, type WholePacket } from './packet-splitter.js'

const PUBACK = 4
const PUBREC = 5

type Written = Pick<WholePacket, 'type' | 'pieces'>

/** Whole packets, as views, and what is left of one that has not ended. */
const packetsIn = (chunks: readonly Buffer[]): readonly Written[] => {
  const splitter = new PacketSplitter()
  const packets: Written[] = chunks.flatMap((chunk) => splitter.push(chunk))
  return splitter.pending.length === 0 ? packets : [...packets, { type: 0, pieces: splitter.pending }]
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
