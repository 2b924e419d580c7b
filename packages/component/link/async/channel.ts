/** https://github.com/WebAssembly/component-model, CanonicalABI.md, "Stream State" */
export const COPY = { completed: 0, dropped: 1, cancelled: 2 } as const

export type CopyResult = (typeof COPY)[keyof typeof COPY]

/** Values that have no bytes: of a stream without a type only their number is known. */
export class Units {
  readonly length: number

  constructor(length: number) {
    this.length = length
  }

  *[Symbol.iterator](): Generator<undefined> {
    for (let index = 0; index < this.length; index += 1) yield undefined
  }
}

/** Values on their way: bytes of a stream of bytes as such, and only valid at once. */
export type Items = Uint8Array | readonly unknown[] | Units

export type Source = {
  /** How many it has. */
  readonly remaining: number
  /** Up to `count` of them (`count` is not 0); undefined after the end. */
  take(count: number): Items | undefined
}

export type Sink = {
  /** How many it has room for. */
  readonly remaining: number
  put(items: Items): void
}

/** One side that waits for the other. */
type Pending<Side> = {
  readonly side: Side
  /** The two sides are about to copy; traps if they can't. */
  readonly meets?: ((other: Pending<unknown>) => void) | undefined
  /** Some were copied; it keeps waiting until it calls `reclaim`. */
  readonly copied: (reclaim: () => void) => void
  readonly done: (result: CopyResult) => void
}

/** What both ends of a stream or of a future share. A future is a stream of one value. */
export class Channel {
  #dropped = false
  #whenDropped: (() => void) | undefined
  #writing: Pending<Source> | undefined
  #reading: Pending<Sink> | undefined

  read(reading: Pending<Sink>): void {
    const writing = this.#writing
    if (this.#dropped) reading.done(COPY.dropped)
    else if (writing === undefined) this.#reading = reading
    else {
      reading.meets?.(writing)
      if (writing.side.remaining > 0) this.#copy(writing, reading, writing, reading)
      else {
        this.#reclaim()
        this.#reading = reading
        writing.done(COPY.completed)
      }
    }
  }

  write(writing: Pending<Source>): void {
    const reading = this.#reading
    if (this.#dropped) writing.done(COPY.dropped)
    else if (reading === undefined) this.#writing = writing
    else {
      writing.meets?.(reading)
      if (reading.side.remaining > 0) this.#copy(writing, reading, reading, writing)
      else if (writing.side.remaining === 0) writing.done(COPY.completed)
      else {
        this.#reclaim()
        this.#writing = writing
        reading.done(COPY.completed)
      }
    }
  }

  /** A side gives up, if it still waits. */
  cancel(side: Source | Sink): void {
    if (this.#writing?.side === side || this.#reading?.side === side) this.#notify(COPY.cancelled)
  }

  /** One end is gone; the other one learns of it. */
  drop(): void {
    if (this.#dropped) return
    this.#dropped = true
    this.#notify(COPY.dropped)
    this.#whenDropped?.()
  }

  /** For the one side that is not waiting when it happens; called once. */
  whenDropped(listener: () => void): void {
    this.#whenDropped = listener
  }

  #copy(
    writing: Pending<Source>,
    reading: Pending<Sink>,
    waited: Pending<unknown>,
    came: Pending<unknown>,
  ): void {
    const count = Math.min(writing.side.remaining, reading.side.remaining)
    if (count > 0) {
      const items = writing.side.take(count)
      if (items === undefined) {
        this.drop()
        came.done(COPY.dropped)
        return
      }
      reading.side.put(items)
      waited.copied(() => {
        if (this.#writing === waited || this.#reading === waited) this.#reclaim()
      })
    }
    came.done(COPY.completed)
  }

  #notify(result: CopyResult): void {
    const waited = this.#writing ?? this.#reading
    this.#reclaim()
    waited?.done(result)
  }

  #reclaim(): void {
    this.#writing = undefined
    this.#reading = undefined
  }
}
