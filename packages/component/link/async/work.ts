import { mismatch } from '../abi/codec.js'
import { readFuture } from './host.js'
import { Channel, COPY, type CopyResult, type Items, type Source } from './channel.js'
import type { OpenCall, Scheduler } from './scheduler.js'

/** Starts what takes time, and returns what calls it off. `done` is called at most once, in a later turn of the event loop. */
export type Begin<T> = (done: (value: T) => void) => () => void

/** Bytes of a stream of bytes as such. */
type Some = Uint8Array | readonly unknown[]

/** Where a stream comes from that the host gives to a guest bit by bit. */
export type HostSource = {
  /** The next items; undefined at the end. Asked for once the guest reads, one at a time. */
  readonly next: Begin<Some | undefined>
  /** The guest wants no more, or the stream has ended. Called once. */
  close(): void
}

/** Where a stream of a guest goes. */
export type HostSink = {
  /** How many items it accepts now; undefined once it accepts no more. */
  room(): number | undefined
  /** Up to `room()`; bytes are only valid during the call. */
  put(items: Items): void
  /** Done when there is room, or nothing is taken any more. */
  readonly whenRoom: Begin<void>
  /** Called once. True: the guest has written all; false: nothing is taken any more. */
  end(complete: boolean): void
}

const nothing = (): void => undefined
const EMPTY: Source = { remaining: 0, take: () => [] }

/**
 * Work of the host for one instance: what a guest waits for that is not at hand. While some is under way, a guest that waits
 * is not deadlocked; its end is told when no code of the guest runs.
 *
 * ```ts
 * const work = new HostWork()
 * const { exports } = instantiate(prepared, importsThatUse(work), work)
 * ```
 */
export class HostWork {
  #scheduler: Scheduler | undefined

  /** The run that it is for; to be called once. */
  attach(scheduler: Scheduler): void {
    this.#scheduler = scheduler
  }

  /** Begins it; `then` is called unless what is returned was called before, or the instance has ended. */
  begin<T>(begin: Begin<T>, then: (value: T) => void): () => void {
    return this.#run.outside((done) => begin((value) => done(() => then(value))))
  }

  /** Keeps the instance going without a call from outside; the function that is returned ends that. */
  hold(call: OpenCall): () => void {
    const scheduler = this.#run
    scheduler.open(call)
    return () => scheduler.close(call)
  }

  /** A stream that the host gives to a guest. */
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
      // Empty: done as soon as the guest reads.
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

  /** Reads a stream of a guest to its end. What is returned ends it early; `sink.end` is not called then. */
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

  /** The value of a future of a guest, as `readFuture` gives it, when no code of the guest runs. */
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
