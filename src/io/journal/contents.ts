import { setImmediate } from 'node:timers/promises'
import type { Ledger } from './ledger.js'
import { decodeRecord, type JournalRecord } from './record.js'
import type { Place, Segments } from './segments.js'

/** Larger contents are written in parts of this size, so that the event loop turns in between. */
export const PART_BYTES = 128 * 1024

type Append = (record: JournalRecord, content: Uint8Array) => void

/** The contents of commands that are to run again. */
export class Contents {
  readonly #ledger: Ledger
  readonly #append: Append
  readonly #writing = new Set<Promise<void>>()

  /** `append` throws if the disk fails. */
  constructor(ledger: Ledger, append: Append) {
    this.#ledger = ledger
    this.#append = append
  }

  get isIdle(): boolean {
    return this.#writing.size === 0
  }

  /**
   * Writes the parts of a content whose command is in the ledger; gives up if the command is closed, no longer needs
   * it, or the disk fails.
   */
  write(number: number, content: Uint8Array, onFailure: (error: unknown) => void): void {
    const writing = this.#write(number, content).catch(onFailure)
    this.#writing.add(writing)
    void writing.finally(() => this.#writing.delete(writing))
  }

  /** Resolves when all contents begun so far are written. */
  async written(): Promise<void> {
    await Promise.all(this.#writing)
  }

  async #write(number: number, content: Uint8Array): Promise<void> {
    for (let index = 0; index * PART_BYTES < content.length; index++) {
      await setImmediate()
      if ((this.#ledger.commands.get(number)?.contentBytes ?? 0) === 0) return
      const part = content.subarray(index * PART_BYTES, (index + 1) * PART_BYTES)
      this.#append({ type: 'part', number, index }, part)
    }
  }
}

/** The content of a record; rejects if it cannot be read. */
export const contentAt = async (segments: Segments, place: Place): Promise<Buffer> => {
  const decoded = decodeRecord(await segments.body(place))
  if (decoded === undefined) throw new Error('its record has an unknown format')
  return decoded.content
}

/** The content of a command; rejects if it is incomplete. */
export const contentOf = async (
  segments: Segments,
  { place, parts, contentBytes }: { place: Place; parts: ReadonlyMap<number, Place>; contentBytes: number },
): Promise<Buffer> => {
  const places = [...parts].sort(([a], [b]) => a - b).map(([, each]) => each)
  const pieces: Buffer[] = []
  for (const each of contentBytes > PART_BYTES ? places : [place])
    pieces.push(await contentAt(segments, each))
  const content = Buffer.concat(pieces)
  if (content.length !== contentBytes) throw new Error(`it has ${content.length} bytes of ${contentBytes}`)
  return content
}
