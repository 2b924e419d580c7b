import { fstatSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { pino } from 'pino'

/** A sink for log lines. `write` neither blocks nor throws. */
export type LogOutput = {
  readonly write: (line: string) => void
  /** Resolves when all lines are written, when the reader is gone, or after `timeoutMs`. */
  readonly flush: (timeoutMs: number) => Promise<void>
}

/** Bytes that may wait for a slow reader; lines beyond that are dropped and counted. */
const WAITING_MAX_BYTES = 4 * 2 ** 20

type Sink = {
  readonly write: (line: string) => void
  /** Bytes that the system has not accepted yet. */
  readonly waiting: () => number
  readonly onProgress: (listener: () => void) => () => void
  readonly onClosed: (listener: () => void) => void
}

const bounded = (sink: Sink, maxBytes: number, notice: (dropped: number) => string): LogOutput => {
  let closed = false
  let dropped = 0
  // The daemon must outlive the reader of its log, and there is nowhere left to report this.
  sink.onClosed(() => (closed = true))
  return {
    write: (line) => {
      if (closed) return
      if (sink.waiting() + Buffer.byteLength(line) > maxBytes) {
        dropped += 1
        return
      }
      if (dropped > 0) sink.write(notice(dropped))
      dropped = 0
      sink.write(line)
    },
    flush: (timeoutMs) =>
      new Promise((resolve) => {
        const settle = () => {
          if (!closed && sink.waiting() > 0) return
          finish()
        }
        const stop = sink.onProgress(settle)
        const timer = setTimeout(() => finish(), timeoutMs)
        const finish = () => {
          clearTimeout(timer)
          stop()
          resolve()
        }
        sink.onClosed(finish)
        settle()
      }),
  }
}

/**
 * One write per turn of the event loop: each one wakes the reader, which costs more than everything else about a line.
 */
const oncePerTurn = (stream: Writable): ((line: string) => void) => {
  let isCorked = false
  return (line) => {
    if (!isCorked) {
      isCorked = true
      stream.cork()
      setImmediate(() => {
        isCorked = false
        stream.uncork()
      })
    }
    stream.write(line)
  }
}

/** Pipes and sockets: Node writes to these without blocking, and an exit does not wait for a reader that hangs. */
const streamSink = (stream: Writable, write: Sink['write'] = (line) => stream.write(line)): Sink => ({
  write,
  waiting: () => (stream.writableFinished || stream.destroyed ? 0 : stream.writableLength),
  onProgress: (listener) => {
    stream.on('drain', listener)
    // Without backpressure there is no `drain`; the callback of an empty write comes after all others.
    if (!stream.destroyed) stream.write('', () => listener())
    return () => stream.off('drain', listener)
  },
  onClosed: (listener) => {
    stream.on('error', listener)
    stream.on('close', listener)
  },
})

/** Maximum characters collected in one turn of the event loop. */
const GATHERED_BYTES = 8 * 1024

/** Files and terminals: Node's own stdout would block the loop on these; pino writes them in a thread. */
const descriptorSink = (descriptor: number): Sink => {
  const file = pino.destination({ dest: descriptor, sync: false, minLength: GATHERED_BYTES })
  let waiting = 0
  let isFlushing = false
  const flush = () => {
    isFlushing = false
    file.flush()
  }
  file.on('write', (bytes: number) => (waiting -= bytes))
  // For example on a full disk: pino keeps the lines, and tries again with the next one.
  file.on('error', () => undefined)
  return {
    write: (line) => {
      waiting += Buffer.byteLength(line)
      file.write(line)
      // Once per turn of the event loop: each write uses a thread.
      if (!isFlushing) setImmediate(flush)
      isFlushing = true
    },
    waiting: () => waiting,
    onProgress: (listener) => {
      file.on('write', listener)
      return () => file.off('write', listener)
    },
    onClosed: (listener) => {
      file.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EPIPE' || error.code === 'EIO') listener()
      })
    },
  }
}

const isPipe = (descriptor: number): boolean => {
  const stat = fstatSync(descriptor)
  return stat.isFIFO() || stat.isSocket()
}

/** Standard output, or `destination`. `notice` formats the line that reports how many were dropped. */
export const logOutput = (
  destination: Writable | number | undefined,
  notice: (dropped: number) => string,
  maxBytes: number = WAITING_MAX_BYTES,
): LogOutput => {
  if (typeof destination === 'object') return bounded(streamSink(destination), maxBytes, notice)
  if (destination === undefined && isPipe(1))
    return bounded(streamSink(process.stdout, oncePerTurn(process.stdout)), maxBytes, notice)
  return bounded(descriptorSink(destination ?? 1), maxBytes, notice)
}
