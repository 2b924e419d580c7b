import type { Bound, TeePublicKey } from './binding.js'

/** The supported versions of the protocol, preferred first. */
export const VERSIONS = ['0.4.0', '0.2.0'] as const
export type Version = (typeof VERSIONS)[number]

export const isSpoken = (version: string): version is Version => VERSIONS.some((known) => known === version)

/** The version that a service expects, from its refusal; undefined if the refusal has another reason. */
export const expectedVersion = (detail: string): string | undefined =>
  /Version Mismatch: expect [\^~<>=\s]*(\d+\.\d+\.\d+)/.exec(detail)?.[1]

export const authBody = (version: Version, tee: string): string =>
  JSON.stringify({
    version,
    tee,
    'extra-params':
      version === '0.4.0' ? { 'supported-hash-algorithms': ['sha256', 'sha384', 'sha512'] } : '',
  })

/** What the evidence is bound to. */
export const boundOf = (version: Version, nonce: string, key: TeePublicKey): Bound =>
  version === '0.4.0' ? { nonce, 'tee-pubkey': key, 'additional-evidence': '' } : { nonce, 'tee-pubkey': key }

/**
 * @param evidence JSON text, which goes into the body as it is: its numbers may be beyond those of JavaScript
 */
export const attestBody = (version: Version, nonce: string, key: TeePublicKey, evidence: string): string =>
  version === '0.4.0'
    ? `{"init-data":null,"runtime-data":${JSON.stringify({ nonce, 'tee-pubkey': key })},` +
      `"tee-evidence":{"primary_evidence":${evidence},"additional_evidence":""}}`
    : `{"tee-pubkey":${JSON.stringify(key)},"tee-evidence":${evidence}}`
