/** https://github.com/WebAssembly/component-model, CanonicalABI.md, "Stream State" */
export const COPY = { completed: 0, dropped: 1, cancelled: 2 } as const

export type CopyResult = (typeof COPY)[keyof typeof COPY]

/** Items without content: of a stream without element type, only their number is known. */
export class Units {
  readonly length: number

  constructor(length: number) {
    this.length = length
  }

  *[Symbol.iterator](): Generator<undefined> {
    for (let index = 0; index < this.length; index += 1) yield undefined
  }
}

/** Items in transit; bytes, for a stream of bytes, are valid only during the call. */
export type Items = Uint8Array | readonly unknown[] | Units

export type Source = {
  /** The number of items left. */
  readonly remaining: number
  /** Takes up to `count` items (not 0); undefined after the end. */
  take(count: number): Items | undefined
}

export type Sink = {
  /** The number of items it has room for. */
  readonly remaining: number
  put(items: Items): void
}

/** One side that waits for the other. */
type Pending<Side> = {
  readonly side: Side
  /** Both sides are about to copy; traps if they must not. */
  readonly meets?: ((other: Pending<unknown>) => void) | undefined
  /** Some items were copied; the side keeps waiting until it calls `reclaim`. */
  readonly copied: (reclaim: () => void) => void
  readonly done: (result: CopyResult) => void
}

/** What both ends of a stream or a future share. A future is a stream of one value. */
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

  /** Withdraws a side, if it still waits. */
  cancel(side: Source | Sink): void {
    if (this.#writing?.side === side || this.#reading?.side === side) this.#notify(COPY.cancelled)
  }

  /** One end was dropped; the other is notified. */
  drop(): void {
    if (this.#dropped) return
    this.#dropped = true
    this.#notify(COPY.dropped)
    this.#whenDropped?.()
  }

  /** Set by the side that does not wait at that time; called once. */
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
