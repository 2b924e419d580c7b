import * as E from 'fp-ts/lib/Either.js'
import type { Sliced } from '../../model/sliced.js'

/** Bits that must be zero in the last character before the padding: 4 before `==`, 2 before `=`. */
const SPARE_BITS = [0, 0b11, 0b1111] as const
const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const isCanonical = (text: string, padding: 0 | 1 | 2): boolean =>
  (DIGITS.indexOf(text.charAt(text.length - 1 - padding)) & SPARE_BITS[padding]) === 0

const paddingOf = (text: string): 0 | 1 | 2 => {
  if (!text.endsWith('=')) return 0
  return text.endsWith('==') ? 2 : 1
}

/** A quick check for text that `Buffer` would accept: the URL alphabet, and characters beyond a byte, which it truncates. */
const isForeign = (text: string): boolean =>
  text.includes('-') || text.includes('_') || Buffer.byteLength(text) !== text.length

const whyNot = (text: string): string => {
  if (!ALPHABET.test(text)) return 'expected standard base64, found a character outside its alphabet'
  return 'expected canonical base64, found bits after the last byte'
}

/**
 * Base64 by RFC 4648 section 4: the standard alphabet, padding, nothing else, and only the canonical encoding. Left: the error,
 * without the text. 10 MB take about 15 ms.
 */
export const decodeBase64Strict = (text: string): E.Either<string, Uint8Array> => {
  if (text.length === 0) return E.right(new Uint8Array())
  if (text.length % 4 !== 0)
    return E.left('expected padded base64, found a length that is not a multiple of 4')
  const padding = paddingOf(text)
  const size = (text.length / 4) * 3 - padding
  if (isForeign(text)) return E.left(whyNot(text))
  // Buffer skips unknown characters, so fewer bytes than expected indicate one that is not base64.
  // Not from Buffer's pool: other bytes of the daemon must not reach a guest's process with it.
  const buffer = Buffer.allocUnsafeSlow(size)
  if (buffer.write(text, 'base64') !== size || !isCanonical(text, padding)) return E.left(whyNot(text))
  return E.right(new Uint8Array(buffer.buffer, buffer.byteOffset, size))
}

/** Characters of a slice: less than a millisecond; a multiple of four. */
const SLICE = 256 * 1024

/** The same for the bytes of the text, in slices. */
export function* decodeBase64InSlices(ascii: Uint8Array): Sliced<E.Either<string, Uint8Array>> {
  const text = Buffer.from(ascii.buffer, ascii.byteOffset, ascii.length)
  // Not from Buffer's pool, as above.
  const bytes = Buffer.allocUnsafeSlow(Math.ceil(text.length / 4) * 3)
  let size = 0
  for (let at = 0; at < text.length; at += SLICE) {
    if (size !== (at / 4) * 3) return E.left('expected standard base64, found padding before its end')
    const piece = decodeBase64Strict(text.toString('latin1', at, at + SLICE))
    if (E.isLeft(piece)) return piece
    bytes.set(piece.right, size)
    size += piece.right.length
    yield
  }
  return E.right(new Uint8Array(bytes.buffer, bytes.byteOffset, size))
}
