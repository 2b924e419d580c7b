import { connect, createServer, type Socket } from 'node:net'
import { Random } from './random.js'

/** Bytes of a TCP segment on Ethernet. */
const SEGMENT_BYTES = 1448
/** The minimum time, in addition to a round trip, before Linux retransmits a segment; milliseconds. */
const RETRANSMIT_MS = 200
/** Maximum bytes in flight in one direction; beyond that the sender waits. */
const WINDOW_BYTES = 64 * 1024
/** Resolution of the loss probability. */
const ODDS = 1_000_000

export type LongLinkOptions = {
  readonly target: number
  readonly roundTripMs: number
  /** Fraction of lost segments, from 0 to 1. */
  readonly loss: number
  readonly seed: number
}

export type LongLink = {
  readonly port: number
  /** The number of connections accepted so far. */
  readonly connections: () => number
  readonly segments: () => { readonly sent: number; readonly lost: number }
  readonly close: () => Promise<void>
}

/** The maximum throughput of a TCP connection with losses, in bytes per second (Mathis et al., 1997). */
export const rateOf = ({ roundTripMs, loss }: Pick<LongLinkOptions, 'roundTripMs' | 'loss'>): number =>
  loss === 0 ? Infinity : ((SEGMENT_BYTES * 1000) / roundTripMs) * Math.sqrt(1.5 / loss)

type Waiting = { readonly bytes: Buffer | undefined; readonly at: number }

/** One direction of a connection: data leaves it delayed and in order; a lost segment delays everything behind it. */
class Lane {
  readonly #from: Socket
  readonly #to: Socket
  readonly #options: LongLinkOptions
  readonly #isLost: () => boolean
  readonly #waiting: Waiting[] = []
  #held = 0
  #freeAt: number
  #lastAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, options: LongLinkOptions, isLost: () => boolean) {
    this.#from = from
    this.#to = to
    this.#options = options
    this.#isLost = isLost
    // the TCP handshake takes a round trip of its own
    this.#freeAt = performance.now() + options.roundTripMs
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += SEGMENT_BYTES) {
      const bytes = chunk.subarray(at, at + SEGMENT_BYTES)
      this.#freeAt = Math.max(performance.now(), this.#freeAt) + (bytes.length / rateOf(this.#options)) * 1000
      this.#wait(bytes, this.#freeAt + this.#travelMs())
      this.#held += bytes.length
    }
    if (this.#held > WINDOW_BYTES) this.#from.pause()
  }

  end(): void {
    this.#wait(undefined, Math.max(performance.now(), this.#freeAt) + this.#travelMs())
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #travelMs(): number {
    const { roundTripMs } = this.#options
    let ms = roundTripMs / 2
    for (let again = roundTripMs + RETRANSMIT_MS; this.#isLost(); again *= 2) ms += again
    return ms
  }

  #wait(bytes: Buffer | undefined, at: number): void {
    this.#lastAt = Math.max(this.#lastAt, at)
    this.#waiting.push({ bytes, at: this.#lastAt })
    this.#timer ??= setTimeout(() => this.#deliver(), this.#lastAt - performance.now())
  }

  #deliver(): void {
    const now = performance.now()
    let isFull = false
    for (
      let [next] = this.#waiting;
      next !== undefined && next.at <= now && !isFull;
      [next] = this.#waiting
    ) {
      this.#waiting.shift()
      if (next.bytes === undefined) {
        this.#to.end()
        return
      }
      this.#held -= next.bytes.length
      isFull = !this.#to.write(next.bytes)
    }
    if (this.#held <= WINDOW_BYTES / 2) this.#from.resume()
    this.#timer = undefined
    const [next] = this.#waiting
    if (next === undefined) return
    const goOn = () => {
      this.#timer ??= setTimeout(() => this.#deliver(), Math.max(0, next.at - performance.now()))
    }
    if (isFull) this.#to.once('drain', goOn)
    else goOn()
  }
}

/**
 * A long network path to a server, as a TCP proxy: each direction takes half a round trip, lost segments arrive once TCP has
 * retransmitted them, and the throughput is that of TCP with such losses. The same seed gives the same losses.
 */
export const startLongLink = async (options: LongLinkOptions): Promise<LongLink> => {
  const random = new Random(options.seed)
  const open = new Set<() => void>()
  let connections = 0
  let sent = 0
  let lost = 0
  const isLost = () => {
    sent += 1
    const is = random.below(ODDS) < options.loss * ODDS
    if (is) lost += 1
    return is
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    connections += 1
    const upstream = connect({ host: '127.0.0.1', port: options.target, allowHalfOpen: true })
    const lanes = [
      [client, new Lane(client, upstream, options, isLost)],
      [upstream, new Lane(upstream, client, options, isLost)],
    ] as const
    const cut = () => {
      open.delete(cut)
      for (const [socket, lane] of lanes) {
        lane.stop()
        socket.destroy()
      }
    }
    open.add(cut)
    for (const [socket, lane] of lanes) {
      socket.setNoDelay(true)
      socket.on('data', (bytes: Buffer) => lane.push(bytes))
      socket.on('end', () => lane.end())
      socket.on('error', cut)
      socket.on('close', (hadError) => {
        if (hadError || lanes.every(([each]) => each.destroyed)) cut()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('no port')
  return {
    port: address.port,
    connections: () => connections,
    segments: () => ({ sent, lost }),
    close: () => {
      for (const cut of open) cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
