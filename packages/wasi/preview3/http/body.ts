import type { Channel } from '@proplet/component/link/async/channel.js'
import { hostFuture, hostStream } from '@proplet/component/link/async/host.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import { HostError } from '../../host/errors.js'
import { HttpFailure, type BodySource, type HttpErrorCode } from '../../http/message.js'
import { Fields } from './fields.js'

/** How sending, or handling, a message went. */
export type Transmission =
  { readonly tag: 'ok'; readonly val?: undefined } | { readonly tag: 'err'; readonly val: HttpErrorCode }

export const SENT: Transmission = { tag: 'ok' }
export const failed = (val: HttpErrorCode): Transmission => ({ tag: 'err', val })

/** `result<option<trailers>, error-code>` */
export type Trailers =
  | { readonly tag: 'ok'; readonly val: Fields | undefined }
  | { readonly tag: 'err'; readonly val: HttpErrorCode }

/** The body of a message, wherever it comes from. */
export type Body = {
  /** Bytes, if any. */
  readonly contents: Channel | undefined
  /** A future of `Trailers`. */
  readonly trailers: unknown
  /** Tells the maker how it went; once. */
  readonly settle: (result: Transmission) => void
}

const MAX_PIECE_BYTES = 65_536

/** The body of a message from outside. It is read as the guest reads it. */
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

/** A stream that is at its end. */
export const emptyContents = (): Channel => hostStream({ take: () => undefined, close: () => undefined })

/** Waits for a piece; undefined at the end, whatever the reason. */
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
