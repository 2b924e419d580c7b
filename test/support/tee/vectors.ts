import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../fixtures.js'
import type given from './vectors.json'

type Vectors = typeof given

/** Fixed keys and messages of the Trustee protocol and of ocicrypt. */
export const vectors = JSON.parse(
  readFileSync(join(ROOT, 'test/support/tee/vectors.json'), 'utf8'),
) as Vectors

export const hex = (text: string): Buffer => Buffer.from(text, 'hex')

/** The P-256 key with this private number. */
export const p256Key = (
  privateHex: string,
): { readonly privateKey: KeyObject; readonly x: string; readonly y: string } => {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(hex(privateHex))
  const point = ecdh.getPublicKey()
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d: hex(privateHex).toString('base64url') }
  return { privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), x, y }
}
