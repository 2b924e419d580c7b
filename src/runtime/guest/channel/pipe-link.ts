import { readSync, writeSync } from 'node:fs'
import { hearAnswers } from './answer-channel.js'
import { Asks } from './asks.js'
import { encodeFrame, FRAME_HEADER_BYTES } from './frames.js'
import type { Incoming, Link } from './link.js'
import type { FromGuest, ToGuest } from './protocol.js'
import { createStandardOutput } from './standard-output.js'

const FD = { stdout: 1, stderr: 2, control: 3 } as const

/** A child process's pipe to the daemon: frames on fd 3, guest output on fds 1 and 2, all of them blocking. */
export function createPipeLink(): Link {
  const outputs = { stdout: createStandardOutput(FD.stdout), stderr: createStandardOutput(FD.stderr) }
  let queued: Buffer[] = []
  let isHearing = false
  const asks = new Asks()
  const flush = () => {
    const [first] = queued
    if (first === undefined) return
    const bytes = queued.length === 1 ? first : Buffer.concat(queued)
    queued = []
    writeAll(FD.control, bytes)
  }
  const send = (message: FromGuest) => {
    queued.push(frameOf(message))
    flush()
  }
  return {
    send,
    ask: (want, answer) => {
      if (!isHearing) hearAnswers((given, bytes) => asks.settle(given, bytes))
      isHearing = true
      const ask = asks.add(answer)
      send({ type: 'want', ...want, waitMs: null, ask })
      return () => asks.remove(ask)
    },
    queue: (message) => void queued.push(frameOf(message)),
    flush,
    receive: () => {
      flush()
      return readFrame() ?? process.exit(0)
    },
    write: (stream, bytes) => outputs[stream](bytes),
  }
}

/** The body follows the JSON text. */
function frameOf(message: FromGuest): Buffer {
  if (!('bytes' in message)) return encodeFrame(message)
  const { bytes, ...rest } = message
  return Buffer.concat([encodeFrame(rest, bytes.length), bytes])
}

/** Blocks until the next frame; undefined if the daemon is gone. */
export function readFrame(): Incoming | undefined {
  const header = readExactly(FRAME_HEADER_BYTES)
  if (header === undefined) return undefined
  const json = readExactly(header.readUInt32LE(0))
  const body = readExactly(header.readUInt32LE(4))
  if (json === undefined || body === undefined) return undefined
  return { message: parse(json.toString('utf8')), body }
}

function parse(json: string): ToGuest {
  const message: unknown = JSON.parse(json)
  if (isToGuest(message)) return message
  throw new Error('an unknown message from the daemon')
}

const TYPES: ReadonlySet<string> = new Set<ToGuest['type']>([
  'boot',
  'run',
  'request',
  'given',
  'hal-answer',
  'taken-back',
  'leave',
])

/** The daemon is trusted: its messages are only discriminated, not validated. */
function isToGuest(value: unknown): value is ToGuest {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  return typeof value.type === 'string' && TYPES.has(value.type)
}

function readExactly(length: number): Buffer<ArrayBuffer> | undefined {
  const buffer = Buffer.from(new ArrayBuffer(length))
  for (let filled = 0; filled < length;) {
    const count = readSync(FD.control, buffer, filled, length - filled, null)
    if (count === 0) return undefined
    filled += count
  }
  return buffer
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(fd, bytes, written, bytes.length - written)
  }
}
