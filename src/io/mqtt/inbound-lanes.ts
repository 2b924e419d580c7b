import { PUBLISH } from './fixed-header.js'
import { PacketSplitter, type WholePacket } from './packet-splitter.js'
import { WaitingMessages, type Precedence } from './waiting-messages.js'

/** Bytes of messages that are read ahead of the client; beyond that, reading pauses until half of them are processed. */
export const MAX_AHEAD_BYTES = 16 * 1024 * 1024
/** The cost of a message in addition to its bytes. */
const MESSAGE_BYTES = 256

export type LanesOptions = {
  /** Passes bytes to the client. */
  readonly pass: (piece: Buffer) => void
  /** Whether the client may receive another message; call `resume` when it may again. */
  readonly isRoom?: () => boolean
  readonly precedence?: Precedence | undefined
  /** Called with a large message, in one piece, before the client receives it; calls back when it may. */
  readonly prepare?: (message: WholePacket, ready: () => void) => void
}

/** Packets of more bytes are large. */
export const LARGE_BYTES = 64 * 1024

const costOf = ({ bytes }: WholePacket): number => bytes + MESSAGE_BYTES

/**
 * Lets packets about own publications, pings and subscriptions overtake waiting messages. A broker may send thousands of messages
 * without a pause, and mosquitto 2.0 does so even beyond its window of messages in flight: the acknowledgement of a result would
 * arrive behind all of them, and no other result could be sent meanwhile.
 *
 * The client receives one message at a time, the next when it has begun to process the one before. The broker cannot have sent a
 * packet about a message (PUBREL) before that was acknowledged, so no packet overtakes its own message.
 */
export class InboundLanes {
  readonly #splitter = new PacketSplitter(LARGE_BYTES)
  readonly #messages: WaitingMessages
  readonly #pass: LanesOptions['pass']
  readonly #isRoom: () => boolean
  readonly #prepare: LanesOptions['prepare']
  #bytes = 0
  #isClientBusy = false
  #isFull = false

  constructor({ pass, isRoom = () => true, precedence, prepare }: LanesOptions) {
    this.#pass = pass
    this.#prepare = prepare
    this.#isRoom = isRoom
    this.#messages = new WaitingMessages(precedence)
  }

  /** Whether reading must pause. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** The number of waiting messages. */
  get waiting(): number {
    return this.#messages.length
  }

  push(chunk: Buffer): void {
    for (const packet of this.#splitter.push(chunk)) {
      if (packet.type === PUBLISH) {
        this.#messages.push(packet)
        this.#bytes += costOf(packet)
      } else this.#give(packet)
    }
    this.#isFull ||= this.#bytes > MAX_AHEAD_BYTES
    this.resume()
  }

  /** The client has begun to process its message, and may receive the next. */
  taken(): void {
    this.#isClientBusy = false
    this.resume()
  }

  /** There may be room again. */
  resume(): void {
    if (this.#isClientBusy || this.#messages.length === 0) return
    const message = this.#messages.shift(this.#isRoom())
    if (message === undefined) return
    this.#isClientBusy = true
    this.#bytes -= costOf(message)
    if (this.#bytes < MAX_AHEAD_BYTES / 2) this.#isFull = false
    if (this.#prepare !== undefined && message.bytes > LARGE_BYTES)
      this.#prepare(message, () => this.#give(message))
    else this.#give(message)
  }

  #give({ pieces }: WholePacket): void {
    for (const piece of pieces) this.#pass(piece)
  }
}
