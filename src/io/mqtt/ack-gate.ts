import { PacketSplitter, type WholePacket } from './packet-splitter.js'

const PUBACK = 4
const PUBREC = 5

type Written = Pick<WholePacket, 'type' | 'pieces'>

/** Complete packets, as views, and the beginning of an incomplete one. */
const packetsIn = (chunks: readonly Buffer[]): readonly Written[] => {
  const splitter = new PacketSplitter()
  const packets: Written[] = chunks.flatMap((chunk) => splitter.push(chunk))
  return splitter.pending.length === 0 ? packets : [...packets, { type: 0, pieces: splitter.pending }]
}

/**
 * Holds back acknowledgements of messages until these are safe, in order (MQTT 3.1.1, section 4.6), while other packets pass. So
 * the client continues with the next message at once, and one write to disk covers many acknowledgements.
 *
 * Each call receives whole packets: MQTT.js writes a packet completely within one turn.
 */
export class AckGate {
  readonly #ready: () => Promise<void> | undefined
  readonly #write: (acknowledgement: Buffer) => void
  readonly #held: { readonly bytes: Buffer; isReady: boolean }[] = []
  readonly #released = new WeakSet<Buffer>()

  /**
   * @param ready see `LinkJournal.durable`
   * @param write receives what was held, and leads to `filter` again
   */
  constructor(ready: () => Promise<void> | undefined, write: (acknowledgement: Buffer) => void) {
    this.#ready = ready
    this.#write = write
  }

  /** These bytes contain no acknowledgements of messages: not looked into, however many packets they are. */
  pass(bytes: Buffer): void {
    this.#released.add(bytes)
  }

  /** Returns what may be sent now. */
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
