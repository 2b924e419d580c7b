import { setImmediate } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { concatMap, defer, of, type Observable } from 'rxjs'
import type { Binary } from '../model/binary.js'
import { abortable } from '../io/abortable.js'
import type { BinaryCache } from '../io/cache/cache.js'
import { decodeBase64Strict } from '../io/codecs/base64.js'
import { digestOfBytes, SLICE } from '../io/slices.js'

/** Characters of base64 of 256 KiB; larger binaries reach their task by path instead of through the pipe. */
const LARGE = Math.ceil((256 * 1024) / 3) * 4

/** The binary in a command is not base64. The message is fit for the Manager. */
export class InlineBinaryError extends Error {
  readonly code = 'binary'

  constructor(problem: string) {
    super(`file: ${problem}`)
    this.name = 'InlineBinaryError'
  }
}

const decoded = (base64: string): Uint8Array => {
  const result = decodeBase64Strict(base64)
  if (E.isLeft(result)) throw new InlineBinaryError(result.left)
  return result.right
}

/** Decodes in slices and yields to the event loop in between. */
const piecesOf = async (base64: string, signal: AbortSignal): Promise<readonly Uint8Array[]> => {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < base64.length; at += SLICE) {
    const piece = decoded(base64.slice(at, at + SLICE))
    const isLast = at + SLICE >= base64.length
    if (!isLast && piece.length !== (SLICE / 4) * 3)
      throw new InlineBinaryError('expected standard base64, found padding before its end')
    pieces.push(piece)
    await setImmediate(undefined, { signal })
  }
  return pieces
}

const small = (base64: string): Binary => {
  const bytes = decoded(base64)
  return { digest: digestOfBytes(bytes), size: bytes.length, content: { bytes } }
}

/**
 * Decodes the binary in a command. Up to 256 KiB it is decoded at once and stays in memory; larger ones go to the cache.
 * Errors with an `InlineBinaryError`.
 */
export const decodeInline = (base64: string, cache: Pick<BinaryCache, 'put'>): Observable<Binary> =>
  base64.length <= LARGE
    ? defer(() => of(small(base64)))
    : abortable((signal) => piecesOf(base64, signal)).pipe(concatMap((pieces) => cache.put(pieces)))
