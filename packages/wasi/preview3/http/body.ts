import type { Channel } from '@proplet/component/link/async/channel.js'
import { hostFuture, hostStream } from '@proplet/component/link/async/host.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import { HostError } from '../../host/errors.js'
import { HttpFailure, type BodySource, type HttpErrorCode } from '../../http/message.js'
import { Fields } from './fields.js'

/** The result of sending, or handling, a message. */
export type Transmission =
  { readonly tag: 'ok'; readonly val?: undefined } | { readonly tag: 'err'; readonly val: HttpErrorCode }

export const SENT: Transmission = { tag: 'ok' }
export const failed = (val: HttpErrorCode): Transmission => ({ tag: 'err', val })

/** `result<option<trailers>, error-code>` */
export type Trailers =
  | { readonly tag: 'ok'; readonly val: Fields | undefined }
  | { readonly tag: 'err'; readonly val: HttpErrorCode }

/** The body of an incoming or outgoing message. */
export type Body = {
  /** A stream of bytes, if any. */
  readonly contents: Channel | undefined
  /** A future of `Trailers`. */
  readonly trailers: unknown
  /** Reports the result to whoever created the body; called once. */
  readonly settle: (result: Transmission) => void
}

const MAX_PIECE_BYTES = 65_536

/** The body of an incoming message. It is read at the pace of the guest. */
export function incomingBody(work: HostWork, source: BodySource): Body {
  const { future, resolve } = hostFuture()
  const contents = work.stream({
    next: (done) => nextPiece(source, done),
    close: () => {
      resolve(trailersOf(source))
      source.close()
    },
  })
  return {
    contents,
    trailers: future,
    settle: (result) => {
      if (result.tag === 'err') contents.drop()
    },
  }
}

/** A stream at its end. */
export const emptyContents = (): Channel => hostStream({ take: () => undefined, close: () => undefined })

/** Waits for a piece; undefined at the end, for whatever reason. */
export function nextPiece(source: BodySource, done: (piece: Uint8Array | undefined) => void): () => void {
  let stop = (): void => undefined
  const wait = (): void => {
    stop = source.notify(() => {
      const piece = readPiece(source)
      if (piece?.length === 0) wait()
      else done(piece)
    })
  }
  wait()
  return () => stop()
}

function readPiece(source: BodySource): Uint8Array | undefined {
  try {
    return source.read(MAX_PIECE_BYTES)
  } catch (error) {
    if (error instanceof HostError) return undefined
    throw error
  }
}

function trailersOf(source: BodySource): Trailers {
  try {
    const entries = source.trailers.get()
    return { tag: 'ok', val: entries && Fields.immutable(entries) }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return { tag: 'err', val: error.code }
  }
}
