import { once } from 'node:events'
import { constants, fstatSync, openSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'
import { parentPort, workerData } from 'node:worker_threads'
import { isStdinBuffer, SLOT, STATE, STDIN_BYTES, type StdinBuffer } from './stdin-buffer.js'
import { codeOf } from '../../../model/code-of.js'

const STDIN = 0

/**
 * Entry of a thread that reads standard input for a guest that also waits for something else. It reads only on request,
 * and then waits; it ends with its process.
 */
async function main({ control, bytes }: StdinBuffer): Promise<never> {
  const settle = (state: number, length: number) => {
    Atomics.store(control, SLOT.length, length)
    Atomics.store(control, SLOT.state, state)
    Atomics.notify(control, SLOT.state)
    if (Atomics.exchange(control, SLOT.aloud, 0) === 1) parentPort?.postMessage('ready')
  }
  const waitWhile = (state: number) => void Atomics.wait(control, SLOT.state, state)
  const read = createReader()
  Atomics.store(control, SLOT.up, 1)
  Atomics.notify(control, SLOT.up)
  for (;;) {
    const state = Atomics.load(control, SLOT.state)
    if (state !== STATE.asked) {
      waitWhile(state)
      continue
    }
    try {
      const count = await read(bytes)
      settle(count === 0 ? STATE.ended : STATE.some, count)
    } catch (error) {
      settle(STATE.failed, errnoOf(error))
    }
  }
}

type Read = (bytes: Uint8Array) => number | Promise<number>

const readBlocking: Read = (bytes) => readSync(STDIN, bytes, 0, STDIN_BYTES, null)

/**
 * How to read without blocking, because a thread that blocks keeps its process from ending: from a pipe or terminal that is opened
 * once more. A socket cannot be, so it becomes non-blocking for all that share it, until Node.js resets it at the end.
 */
function createReader(): Read {
  const stats = fstatSync(STDIN)
  if (stats.isSocket()) return createStreamReader(STDIN)
  if (!stats.isFIFO() && !isatty(STDIN)) return readBlocking
  try {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
    return createStreamReader(openSync(`/proc/self/fd/${STDIN}`, flags))
  } catch (error) {
    if (codeOf(error) === undefined) throw error
    return createStreamReader(STDIN)
  }
}

/** Makes a file non-blocking, and waits until there is something to read. */
function createStreamReader(fd: number): Read {
  // So that nothing is read ahead.
  const options = { fd, readable: true, writable: false, readableHighWaterMark: 0 }
  const stream: Readable = isatty(fd) ? new ReadStream(fd) : new Socket(options)
  const over = Promise.race([once(stream, 'end'), once(stream, 'close')]).then(() => undefined)
  stream.pause()
  let rest: Buffer | undefined
  return async (bytes) => {
    const isEmpty = rest === undefined && stream.readableLength === 0
    const count = isEmpty ? readNow(fd, bytes) : undefined
    if (count !== undefined) return count
    for (;;) {
      const piece = rest ?? take(stream)
      if (piece !== undefined) {
        bytes.set(piece.subarray(0, bytes.length))
        rest = piece.length > bytes.length ? piece.subarray(bytes.length) : undefined
        return Math.min(piece.length, bytes.length)
      }
      if (stream.readableEnded || stream.destroyed) return 0
      await Promise.race([once(stream, 'readable'), over])
    }
  }
}

/** Undefined if nothing is there yet. The end of a named pipe whose writers have gone is seen only here. */
function readNow(fd: number, bytes: Uint8Array): number | undefined {
  try {
    return readSync(fd, bytes, 0, STDIN_BYTES, null)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined
    throw error
  }
}

function take(stream: Readable): Buffer | undefined {
  const piece: unknown = stream.read()
  return piece instanceof Buffer ? piece : undefined
}

const errnoOf = (error: unknown): number =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0

if (!isStdinBuffer(workerData)) throw new Error('this file is the entry of a thread')
void main(workerData)
