import { createHash } from 'node:crypto'

/** A public key of this process, with exactly the members that the service hashes. */
export type TeePublicKey =
  | { readonly kty: 'EC'; readonly crv: string; readonly alg: string; readonly x: string; readonly y: string }
  | { readonly kty: 'RSA'; readonly alg: string; readonly n: string; readonly e: string }

export type Bound = {
  readonly nonce: string
  readonly 'tee-pubkey': TeePublicKey
  /** Absent in versions of the protocol that do not know it. */
  readonly 'additional-evidence'?: string
}

export const BINDING_HASHES = ['sha256', 'sha384', 'sha512'] as const
export type BindingHash = (typeof BINDING_HASHES)[number]

type Value = string | { readonly [key: string]: Value | undefined }

/** Canonical JSON (RFC 8785) of objects of strings. */
export const canonicalJson = (value: Value): string => {
  if (typeof value === 'string') return JSON.stringify(value)
  const members = Object.entries(value)
    .filter((entry): entry is [string, Value] => entry[1] !== undefined)
    // By UTF-16 code units, which is how JavaScript compares.
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** The report data that binds evidence to this key and this challenge. */
export const bindingOf = (bound: Bound, hash: BindingHash = 'sha384'): Buffer =>
  createHash(hash).update(canonicalJson(bound)).digest()
