import { mismatch } from '../abi/codec.js'
import { Channel, COPY, Units, type Items } from './channel.js'

/** The result of a host function that has not finished yet. */
export class Later {
  readonly begin: (done: (value: unknown) => void) => () => void

  /** `begin` starts the work, and returns a function that cancels it. */
  constructor(begin: (done: (value: unknown) => void) => () => void) {
    this.begin = begin
  }
}

/** The source of a stream that the host passes to a guest. */
export type HostSource = {
  /** Up to `count` items, at once; undefined at the end. */
  take(count: number): Items | undefined
  /** The guest reads no more, or the stream has ended. */
  close(): void
}

/** The sink through which the host reads a stream of a guest. */
export type HostSink = {
  /** Accepts all items at once; false if it accepts no more. */
  put(items: Items): boolean
  /** The guest has closed the stream. */
  end(): void
}

const nothing = (): void => undefined

/** A host stream, as the value that a function returns. */
export function hostStream(source: HostSource): Channel {
  const channel = new Channel()
  channel.write({
    side: { remaining: Infinity, take: (count) => source.take(count) },
    copied: nothing,
    done: () => source.close(),
  })
  return channel
}

/** A host future, and the function that resolves it. */
export function hostFuture(): { readonly future: Channel; readonly resolve: (value: unknown) => void } {
  const future = new Channel()
  const resolve = (value: unknown) => {
    let left = 1
    const take = () => {
      left = 0
      return [value]
    }
    const side = {
      get remaining() {
        return left
      },
      take,
    }
    future.write({ side, copied: (reclaim) => reclaim(), done: nothing })
  }
  return { future, resolve }
}

/** Reads a future of a guest; undefined if it will never have a value. Returns a function that drops the future. */
export function readFuture(future: unknown, then: (value: unknown) => void): () => void {
  if (!(future instanceof Channel)) return mismatch('a future', future)
  let isOver = false
  const settle = (value: unknown) => {
    if (isOver) return
    isOver = true
    then(value)
  }
  future.read({
    side: { remaining: 1, put: (items) => settle(items instanceof Units ? undefined : items[0]) },
    copied: (reclaim) => reclaim(),
    done: (result) => {
      if (result === COPY.dropped) settle(undefined)
    },
  })
  return () => {
    if (isOver) return
    isOver = true
    future.drop()
  }
}

/** Closes a stream of a guest unread. */
export function refuseStream(stream: unknown): void {
  if (!(stream instanceof Channel)) mismatch('a stream', stream)
  else stream.drop()
}

/** Reads a stream of a guest to its end, as items are written. */
export function consume(stream: unknown, sink: HostSink): void {
  if (!(stream instanceof Channel)) return mismatch('a stream', stream)
  let wantsMore = true
  const side = {
    remaining: Infinity,
    put: (items: Items) => {
      wantsMore = sink.put(items)
    },
  }
  const read = (): void =>
    stream.read({
      side,
      copied: () => {
        if (!wantsMore) stream.drop()
      },
      done: (result) => {
        if (result === COPY.dropped) {
          if (wantsMore) sink.end()
        } else if (wantsMore) read()
        else stream.drop()
      },
    })
  read()
}
