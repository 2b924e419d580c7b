import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decodeBase64Strict } from '../../codecs/base64.js'
import { parseBoundedJson } from '../../../net/json/bounded-json.js'
import { decode } from '../../codecs/decode.js'
import { anyText, type Wire } from '../../codecs/types.js'
import { SealError } from './errors.js'

/** Decodes standard base64. */
export const base64: Wire<Uint8Array> = new t.Type<Uint8Array>(
  'standard base64',
  (u): u is Uint8Array => u instanceof Uint8Array,
  (u, context) =>
    E.Monad.chain(anyText.validate(u, context), (text) => {
      const bytes = decodeBase64Strict(text)
      return E.isRight(bytes) ? t.success(bytes.right) : t.failure(u, context, bytes.left)
    }),
  t.identity,
)

const valueOf = (bytes: Uint8Array): unknown => E.getOrElse((): unknown => undefined)(parseBoundedJson(bytes))

/** Decodes JSON text. Throws a `SealError` that names `what` and quotes nothing. */
export const decodeJson = <A>(codec: t.Decoder<unknown, A>, bytes: Uint8Array, what: string): A => {
  const value = valueOf(bytes)
  if (value === undefined) throw new SealError(`${what} is malformed: expected JSON`)
  const decoded = decode(codec)(value)
  if (E.isRight(decoded)) return decoded.right
  throw new SealError(`${what} is malformed: ${decoded.left.message}`)
}

/** Decodes standard base64 of at most `max` characters. Throws a `SealError`. */
export const decodeBase64 = (text: string, max: number, what: string): Uint8Array => {
  if (text.length > max) throw new SealError(`${what} is malformed: expected at most ${max} characters`)
  const bytes = decodeBase64Strict(text)
  if (E.isRight(bytes)) return bytes.right
  throw new SealError(`${what} is malformed: ${bytes.left}`)
}
