import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { FlattenedJWE } from 'jose'
import { parseBoundedJson } from '../../net/json/bounded-json.js'
import { decode } from '../codecs/decode.js'
import { filled, label, optional, type Wire } from '../codecs/types.js'
import { BINDING_HASHES, type BindingHash } from './binding.js'
import { KbsError } from './errors.js'

/** Characters of a part of a JWE: keys are short, but a resource may be anything. */
const MAX_PART = 2 * 1024 * 1024
const MAX_TOKEN = 256 * 1024
const BASE64URL = /^[A-Za-z0-9_-]*$/

const base64url = (max: number): Wire<string> => {
  const base = label(max)
  return new t.Type<string, string>(
    'base64url without padding',
    base.is,
    (u, context) =>
      E.chain((text: string) => (BASE64URL.test(text) ? t.success(text) : t.failure<string>(u, context)))(
        base.validate(u, context),
      ),
    t.identity,
  )
}

const challenge = t.type({ nonce: filled(4096), 'extra-params': t.unknown }, 'a challenge')
const attested = t.type({ token: filled(MAX_TOKEN) }, 'a token')
const sealed = t.type(
  {
    protected: base64url(64 * 1024),
    encrypted_key: optional(base64url(8192)),
    iv: base64url(64),
    ciphertext: base64url(MAX_PART),
    tag: base64url(64),
  },
  'an encrypted answer',
)
const refusal = t.type({ type: optional(label(512)), detail: optional(t.string) }, 'an error')

const parsed = (text: string): unknown =>
  E.getOrElse((): unknown => undefined)(parseBoundedJson(Buffer.from(text)))

const checked = <A>(codec: t.Decoder<unknown, A>, text: string, what: string): A => {
  const decoded = decode(codec)(parsed(text))
  if (E.isRight(decoded)) return decoded.right
  throw new KbsError('malformed', `${what} does not follow the protocol: ${decoded.left.message}`)
}

export type Challenge = { readonly nonce: string; readonly hash: BindingHash }

const isHash = (value: unknown): value is BindingHash => BINDING_HASHES.some((hash) => hash === value)

/** The answer to `/auth`. */
export const readChallenge = (text: string): Challenge => {
  const { nonce, 'extra-params': extra } = checked(challenge, text, 'the answer to /auth')
  if (typeof extra !== 'object' || extra === null || !('selected-hash-algorithm' in extra))
    return { nonce, hash: 'sha384' }
  const hash = extra['selected-hash-algorithm']
  if (isHash(hash)) return { nonce, hash }
  throw new KbsError(
    'malformed',
    'the answer to /auth selects a hash algorithm that the proplet did not offer',
  )
}

/** The answer to `/attest`. */
export const readToken = (text: string): string => checked(attested, text, 'the answer to /attest').token

/** The answer to a request for a resource. */
export const readSealed = (text: string): FlattenedJWE => {
  const { encrypted_key, ...rest } = checked(sealed, text, 'the encrypted answer')
  return { ...rest, ...(encrypted_key !== undefined && { encrypted_key }) }
}

export type Refusal = { readonly name: string; readonly detail: string }

const MAX_DETAIL = 300
const printable = (text: string): string => {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim()
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL)}…` : line
}

/** The body of a refusal; undefined if it is something else, such as the page of a proxy. */
export const readRefusal = (text: string): Refusal | undefined => {
  const decoded = decode(refusal)(parsed(text))
  if (E.isLeft(decoded)) return undefined
  const { type = '', detail = '' } = decoded.right
  const name = /\/errors\/([A-Za-z]+)$/.exec(type)?.[1]
  return name === undefined ? undefined : { name, detail: printable(detail) }
}

const times = t.type({ exp: optional(t.number), iat: optional(t.number) }, 'claims')

/** The lifetime of a token in milliseconds; undefined if it states none. */
export const tokenLifeMs = (token: string): number | undefined => {
  const claims = decode(times)(parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')))
  if (E.isLeft(claims) || claims.right.exp === undefined || claims.right.iat === undefined) return undefined
  const seconds = claims.right.exp - claims.right.iat
  return Number.isFinite(seconds) ? seconds * 1000 : undefined
}
