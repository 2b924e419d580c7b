import { mismatch } from '../abi/codec.js'
import { readFuture } from './host.js'
import { Channel, COPY, type CopyResult, type Items, type Source } from './channel.js'
import type { OpenCall, Scheduler } from './scheduler.js'

/**
 * Starts an operation that takes time, and returns a function that cancels it. `done` is called at most once, in a later turn of
 * the event loop.
 */
export type Begin<T> = (done: (value: T) => void) => () => void

/** Items of a stream; bytes for a stream of bytes. */
type Some = Uint8Array | readonly unknown[]

/** The source of a stream that the host passes to a guest piece by piece. */
export type HostSource = {
  /** The next items; undefined at the end. Called once the guest reads, one call at a time. */
  readonly next: Begin<Some | undefined>
  /** The guest reads no more, or the stream has ended. Called once. */
  close(): void
}

/** The destination of a stream of a guest. */
export type HostSink = {
  /** How many items it accepts now; undefined once it accepts no more. */
  room(): number | undefined
  /** Accepts up to `room()` items; bytes are valid only during the call. */
  put(items: Items): void
  /** Done when there is room, or no more is accepted. */
  readonly whenRoom: Begin<void>
  /** Called once. True: the guest has closed the stream; false: no more is accepted. */
  end(complete: boolean): void
}

const nothing = (): void => undefined
const EMPTY: Source = { remaining: 0, take: () => [] }

/**
 * Host work for one instance: operations that a guest waits for. While there is some, a waiting guest is not deadlocked; results
 * are delivered when no code of the guest runs.
 *
 * ```ts
 * const work = new HostWork()
 * const { exports } = instantiate(prepared, importsThatUse(work), work)
 * ```
 */
export class HostWork {
  #scheduler: Scheduler | undefined

  /** Sets the run that it belongs to; called once. */
  attach(scheduler: Scheduler): void {
    this.#scheduler = scheduler
  }

  /** Begins an operation; `then` is called, unless the returned function was called first or the instance has ended. */
  begin<T>(begin: Begin<T>, then: (value: T) => void): () => void {
    return this.#run.outside((done) => begin((value) => done(() => then(value))))
  }

  /** Keeps the instance going without a call from outside; returns a function that ends that. */
  hold(call: OpenCall): () => void {
    const scheduler = this.#run
    scheduler.open(call)
    return () => scheduler.close(call)
  }

  /** A stream that the host passes to a guest. */
  stream(source: HostSource): Channel {
    const channel = new Channel()
    let cancel = nothing
    let isClosed = false
    const close = () => {
      if (isClosed) return
      isClosed = true
      cancel()
      source.close()
    }
    channel.whenDropped(close)
    const wait = (): void => {
      // An empty write completes as soon as the guest reads.
      if (!isClosed) channel.write({ side: EMPTY, copied: nothing, done: fetch })
    }
    const fetch = (result: CopyResult): void => {
      if (result === COPY.dropped || isClosed) return
      cancel = this.begin(source.next, (items) => {
        if (items === undefined) channel.drop()
        else give(items)
      })
    }
    const give = (items: Some): void => {
      let rest = items
      const side = {
        get remaining() {
          return rest.length
        },
        take: (count: number) => {
          const taken = slice(rest, 0, count)
          rest = slice(rest, count)
          return taken
        },
      }
      const write = (): void => {
        if (isClosed) return
        if (rest.length === 0) wait()
        else channel.write({ side, copied, done: (result) => result !== COPY.dropped && write() })
      }
      const copied = (reclaim: () => void) => {
        if (rest.length > 0) return
        reclaim()
        wait()
      }
      write()
    }
    wait()
    return channel
  }

  /** Reads a stream of a guest to its end. The returned function ends it early; `sink.end` is not called then. */
  consume(stream: unknown, sink: HostSink): () => void {
    if (!(stream instanceof Channel)) return mismatch('a stream', stream)
    let isOver = false
    let cancel = nothing
    const end = (complete: boolean) => {
      if (isOver) return
      isOver = true
      cancel()
      if (!complete) stream.drop()
      sink.end(complete)
    }
    const side = {
      get remaining() {
        return sink.room() ?? 0
      },
      put: (items: Items) => sink.put(items),
    }
    const read = (): void => {
      if (isOver) return
      const room = sink.room()
      if (room === undefined) end(false)
      else if (room === 0) cancel = this.begin(sink.whenRoom, read)
      else
        stream.read({
          side,
          copied: (reclaim) => {
            if ((sink.room() ?? 0) > 0) return
            reclaim()
            read()
          },
          done: (result) => (result === COPY.dropped ? end(true) : read()),
        })
    }
    read()
    return () => {
      if (isOver) return
      isOver = true
      cancel()
      stream.drop()
    }
  }

  /** Delivers the value of a guest's future, as `readFuture` does, when no code of the guest runs. */
  value(future: unknown, then: (value: unknown) => void): () => void {
    return readFuture(future, (value) => this.#run.later(() => then(value)))
  }

  get #run(): Scheduler {
    if (this.#scheduler === undefined) throw new Error('host work began before the instance existed')
    return this.#scheduler
  }
}

const slice = (items: Some, from: number, to?: number): Some =>
  items instanceof Uint8Array ? items.subarray(from, to) : items.slice(from, to)
