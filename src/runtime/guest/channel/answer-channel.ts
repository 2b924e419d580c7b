import { createRequire } from 'node:module'
import type * as net from 'node:net'
import { FrameDecoder } from './frame-decoder.js'
import type { GivenMessage } from './protocol.js'

const ANSWERS_FD = 5
const require = createRequire(import.meta.url)

/** Receives answers that a child process does not block for; opened at the first one. Ends with the daemon. */
export function hearAnswers(answered: (given: GivenMessage, bytes: Uint8Array) => void): void {
  const { Socket } = require('node:net') as typeof net
  const decoder = new FrameDecoder()
  new Socket({ fd: ANSWERS_FD, readable: true, writable: false })
    .on('data', (chunk: Buffer) =>
      decoder.push(chunk, (value, bytes) => {
        if (isGiven(value)) answered(value, bytes)
      }),
    )
    .on('error', () => process.exit(0))
    .on('close', () => process.exit(0))
}

/** The daemon is trusted: its messages are only discriminated, not validated. */
const isGiven = (value: unknown): value is GivenMessage =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'given'
