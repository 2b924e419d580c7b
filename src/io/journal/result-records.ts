import type { Packet } from '../../model/connection.js'
import type { Publication } from '../../model/publication.js'
import type { RecordKeeping } from './record-keeping.js'

/** Results in the journal, until the broker has acknowledged them. */
export class ResultRecords {
  readonly #keeping: RecordKeeping
  #isKeeping = true
  #unkept = 0

  constructor(keeping: RecordKeeping) {
    this.#keeping = keeping
  }

  /** Results kept in memory only, since the start. */
  get unkept(): number {
    return this.#unkept
  }

  /** Writes a publication; `final`: it closes its command. If it cannot be written, it is returned without a number. */
  keep(publication: Publication, { command, final }: { command: number; final: boolean }): Publication {
    const { ledger, writer, log, nextSequence } = this.#keeping
    const sequence = nextSequence()
    const encoded = encode(publication)
    const { subtopic } = publication
    try {
      if (this.#isFull(encoded)) throw new Error('the journal is full')
      writer.soon({ type: 'result', number: sequence, command, subtopic, final }, encoded)
    } catch (error) {
      this.#unkept += 1
      if (this.#isKeeping)
        log.error({ err: error }, 'Failed to write results to the journal: keeping them in memory only')
      this.#isKeeping = false
      if (final && ledger.commands.has(command)) writer.write({ type: 'closed', number: command })
      return { ...publication, encoded }
    }
    this.#isKeeping = true
    return { ...publication, sequence, encoded }
  }

  /**
   * The same for the result of a command that was refused at once, under the number of its packet: it is written with others,
   * before the broker is told.
   */
  keepRefusal(
    publication: Publication,
    { command, packet }: { command: number; packet: Packet | undefined },
  ): Publication {
    const { writer, nextSequence } = this.#keeping
    const encoded = encode(publication)
    if (writer.failure !== undefined || this.#isFull(encoded)) {
      this.#unkept += 1
      return { ...publication, encoded }
    }
    const sequence = nextSequence()
    const { subtopic } = publication
    writer.defer(
      { type: 'result', number: sequence, command, subtopic, final: true, ...(packet && { packet }) },
      encoded,
    )
    return { ...publication, sequence, encoded }
  }

  /** Replaces a result that cannot be delivered by another publication. */
  replace(sequence: number, { subtopic, payload, keep }: Publication): Publication {
    const kept = this.keep({ subtopic, payload, keep }, { command: 0, final: false })
    this.settle(sequence)
    this.#keeping.writer.flush()
    return kept
  }

  /** A result needs nothing more: the broker has it, or never will. */
  settle(sequence: number): void {
    const { ledger, writer } = this.#keeping
    if (ledger.results.has(sequence)) writer.defer({ type: 'settled', number: sequence })
  }

  flight(sequence: number) {
    const result = this.#keeping.ledger.results.get(sequence)
    if (result?.messageId === undefined) return undefined
    return { messageId: result.messageId, isReleased: result.released }
  }

  sent(sequence: number, messageId: number): void {
    this.#keeping.writer.defer({ type: 'sent', number: sequence, messageId })
  }

  released(sequence: number): void {
    this.#keeping.writer.defer({ type: 'released', number: sequence })
  }

  #isFull({ length }: Uint8Array): boolean {
    const { ledger, limits } = this.#keeping
    return ledger.liveBytes + length > limits.keepBytes
  }
}

const encode = ({ payload }: Publication): Buffer => Buffer.from(JSON.stringify(payload))
