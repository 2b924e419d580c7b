import { connect } from 'node:net'
import { bytesAt, bytesField, numberField, readFields } from '../../../net/protobuf.js'
import { EvidenceError } from '../evidence/errors.js'
import { AGENT_TIMEOUT_MS } from './agent.js'
import { toError } from '../../../model/to-error.js'

const HEADER_BYTES = 10
const MAX_FRAME_BYTES = 4 * 1024 * 1024
const REQUEST = 1
const RESPONSE = 2
const STREAM = 1
const NANOSECONDS = 1_000_000n

export type TtrpcCall = {
  /** Path of the socket. */
  readonly socket: string
  readonly service: string
  readonly method: string
  readonly payload: Uint8Array
}

/** A ttrpc request frame. */
const requestFrame = ({ service, method, payload }: Omit<TtrpcCall, 'socket'>): Buffer => {
  const body = Buffer.concat([
    bytesField(1, service),
    bytesField(2, method),
    bytesField(3, payload),
    numberField(4, BigInt(AGENT_TIMEOUT_MS) * NANOSECONDS),
  ])
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(body.length, 0)
  header.writeUInt32BE(STREAM, 4)
  header.writeUInt8(REQUEST, 8)
  return Buffer.concat([header, body])
}

/** The payload of a response; undefined if it is incomplete. Throws the error that the agent returned. */
export const responsePayload = (received: Buffer): Buffer | undefined => {
  if (received.length < HEADER_BYTES) return undefined
  const length = received.readUInt32BE(0)
  if (length > MAX_FRAME_BYTES || received.readUInt8(8) !== RESPONSE)
    throw new EvidenceError('the agent does not speak ttrpc')
  if (received.length < HEADER_BYTES + length) return undefined
  const fields = readFields(received.subarray(HEADER_BYTES, HEADER_BYTES + length))
  const status = readFields(bytesAt(fields, 1))
  if ((status.get(1) ?? 0n) === 0n) return bytesAt(fields, 2)
  const message = bytesAt(status, 2)
    .toString('utf8')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 200)
  throw new EvidenceError(`the agent refused: ${message}`)
}

/** One call over ttrpc. Rejects with an `EvidenceError`, or the reason of the signal. */
export const ttrpcCall = (call: TtrpcCall, signal: AbortSignal): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const socket = connect(call.socket)
    let received = Buffer.alloc(0)
    const settle = (result: () => Buffer) => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
      try {
        resolve(result())
      } catch (error) {
        reject(toError(error))
      }
    }
    const fail = (why: string, cause?: unknown) =>
      settle(() => {
        throw new EvidenceError(`the agent at ${call.socket} ${why}`, { cause })
      })
    const abort = () =>
      settle(() => {
        signal.throwIfAborted()
        throw new Error('aborted')
      })
    signal.addEventListener('abort', abort, { once: true })
    socket.setTimeout(AGENT_TIMEOUT_MS, () => fail(`gave no answer for ${AGENT_TIMEOUT_MS / 1000} s`))
    socket.once('connect', () => socket.write(requestFrame(call)))
    socket.once('error', (error) => fail(`cannot be reached: ${error.message}`, error))
    socket.once('end', () => fail('closed the connection without an answer'))
    socket.on('data', (piece: Buffer) => {
      received = Buffer.concat([received, piece])
      try {
        const payload = responsePayload(received)
        if (payload !== undefined) settle(() => payload)
      } catch (error) {
        settle(() => {
          throw error
        })
      }
    })
  })
