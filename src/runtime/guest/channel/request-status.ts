import { writeSync } from 'node:fs'

/** The request that a child is answering. It is in a file that the daemon reads when needed, so the child wakes nobody. */
export type RequestStatus = {
  /** Increases with each request. */
  readonly sequence: number
  /** 0 for one of the daemon's own requests. */
  readonly connection: number
  /** Whether the first bytes of the response may have been sent. */
  readonly isResponding: boolean
  /** The other connections from which unanswered bytes were read. */
  readonly tied: readonly number[]
}

/** The descriptor of the file in a child. */
const STATUS_FD = 7
/** Maximum size of the file. */
export const STATUS_MAX_BYTES = 64 * 1024

const WORD = 4
/** Offsets in words. After the tied connections, the sequence is repeated, so that the daemon can detect a partial write. */
const AT = { sequence: 0, state: 1, connection: 2, tied: 3, first: 4 } as const
const STATE = { idle: 0, begun: 1, responding: 2 } as const

/** Writes the status of this process. */
export class StatusWriter {
  readonly #words = new Uint32Array(STATUS_MAX_BYTES / WORD)
  readonly #bytes = new Uint8Array(this.#words.buffer)
  #sequence = 0

  begin(connection: number, tied: readonly number[]): void {
    this.#sequence = (this.#sequence + 1) >>> 0
    const words = this.#words
    const count = Math.min(tied.length, words.length - AT.first - 1)
    words[AT.sequence] = this.#sequence
    words[AT.state] = STATE.begun
    words[AT.connection] = connection
    words[AT.tied] = count
    for (let i = 0; i < count; i++) words[AT.first + i] = tied[i] ?? 0
    words[AT.first + count] = this.#sequence
    writeSync(STATUS_FD, this.#bytes, 0, (AT.first + count + 1) * WORD, 0)
  }

  responding(): void {
    this.#say(STATE.responding)
  }

  end(): void {
    this.#say(STATE.idle)
  }

  #say(state: number): void {
    this.#words[AT.state] = state
    writeSync(STATUS_FD, this.#bytes, AT.state * WORD, WORD, AT.state * WORD)
  }
}

/** Decodes the file: `idle` between requests, `undefined` during a write or if it is invalid. */
export function readStatus(bytes: Uint8Array): RequestStatus | 'idle' | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (index: number) =>
    (index + 1) * WORD <= bytes.length ? view.getUint32(index * WORD, IS_LITTLE) : undefined
  const sequence = word(AT.sequence)
  const state = word(AT.state)
  const connection = word(AT.connection)
  const count = word(AT.tied)
  if (state === undefined || state === STATE.idle) return 'idle'
  if (sequence === undefined || connection === undefined || count === undefined) return undefined
  if (state > STATE.responding || word(AT.first + count) !== sequence) return undefined
  const tied = Array.from({ length: count }, (_, i) => word(AT.first + i) ?? 0)
  return { sequence, connection, isResponding: state === STATE.responding, tied }
}

/** The byte order of the machine, which is the same for both sides. */
const IS_LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
