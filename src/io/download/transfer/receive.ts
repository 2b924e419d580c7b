import type { IncomingMessage } from 'node:http'
import { DownloadError } from '../../../model/download.js'
import { SpoolError, type Spool } from '../../cache/spool.js'
import type { Emit } from './context.js'
import { drop, lengthOf, piecesOf } from '../http/body.js'

/** Fewer bytes than this do not count as progress. */
const LEAST_BYTES = 1024
/** Progress is reported in steps of this size, or after a while. */
const STEP_BYTES = 256 * 1024
const STEP_MS = 100

/** Reports progress, but not every piece. */
const createProgress = (emit: Emit, total: number | undefined) => {
  let toldBytes = 0
  let toldAt = performance.now()
  return (received: number, isLast = false) => {
    const more = received - toldBytes
    const isTime = more >= LEAST_BYTES && performance.now() - toldAt >= STEP_MS
    if (!isLast && !isTime && more < STEP_BYTES) return
    toldBytes = received
    toldAt = performance.now()
    emit({ type: 'downloading', received, total })
  }
}

export type Receiving = {
  readonly response: IncomingMessage
  readonly what: string
  readonly spool: Spool
  readonly maxBytes: number
  readonly emit: Emit
  /** Total size, if known in advance. */
  readonly size?: number
}

const tooLarge = (what: string, maxBytes: number): DownloadError =>
  new DownloadError(`${what}: larger than ${maxBytes} bytes`)

/** A full disk and memory budget are not the peer's fault, and may have room later. */
const roomError = (what: string, error: unknown): unknown =>
  error instanceof SpoolError ? new DownloadError(`${what}: ${error.message}`, { cause: error }) : error

/** Appends a body to the received data. Rejects with a `DownloadError`. */
export const receive = async (receiving: Receiving): Promise<void> => {
  const { response, what, spool, maxBytes, emit } = receiving
  const announced = lengthOf(response)
  const total = receiving.size ?? (announced === undefined ? undefined : spool.size + announced)
  if (total !== undefined && total > maxBytes) {
    drop(response)
    throw tooLarge(what, maxBytes)
  }
  const tell = createProgress(emit, total)
  const limit = Math.min(maxBytes, total ?? maxBytes)
  try {
    for await (const piece of piecesOf(response, what)) {
      if (spool.size + piece.length > limit) throw tooLarge(what, limit)
      await spool.write(piece)
      tell(spool.size)
    }
  } catch (error) {
    throw roomError(what, error)
  }
  if (total !== undefined && spool.size < total)
    throw new DownloadError(`${what}: ended after ${spool.size} of ${total} bytes`, { transient: true })
  tell(spool.size, true)
}

/** The offset of a 206 response; undefined if it does not state one. */
export const rangeStart = ({ headers }: IncomingMessage): number | undefined => {
  const [, start] = /^bytes (\d{1,15})-\d{1,15}\/(?:\d{1,15}|\*)$/.exec(headers['content-range'] ?? '') ?? []
  return start === undefined ? undefined : Number(start)
}
