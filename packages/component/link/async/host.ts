import { mismatch } from '../abi/codec.js'
import { Channel, COPY, Units, type Items } from './channel.js'

/** What a function of the host answers that is not finished yet. */
export class Later {
  readonly begin: (done: (value: unknown) => void) => () => void

  /** `begin` starts it, and returns what takes it back. */
  constructor(begin: (done: (value: unknown) => void) => () => void) {
    this.begin = begin
  }
}

/** Where a stream comes from that the host gives to a guest. */
export type HostSource = {
  /** Up to `count`, at once; undefined at the end. */
  take(count: number): Items | undefined
  /** The guest wants no more, or the stream has ended. */
  close(): void
}

/** What lets the host read a stream that a guest gave it. */
export type HostSink = {
  /** Takes all of it at once; false if it takes no more. */
  put(items: Items): boolean
  /** The guest has written all. */
  end(): void
}

const nothing = (): void => undefined

/** A stream of the host, as the value that a function returns. */
export function hostStream(source: HostSource): Channel {
  const channel = new Channel()
  channel.write({
    side: { remaining: Infinity, take: (count) => source.take(count) },
    copied: nothing,
    done: () => source.close(),
  })
  return channel
}

/** A future of the host, and what gives it its value. */
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

/** Reads a future of a guest; undefined if it will never have a value. The returned function drops the future. */
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

/** Reads a stream of a guest to its end, as it is written. */
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
