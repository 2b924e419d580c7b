import {
  createCipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  constants,
} from 'node:crypto'

/** A client's public key in the format of the protocol. */
export type OfferedKey = Readonly<Record<string, string>>

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const wrap = (cek: Buffer, wrappingKey: Buffer): Buffer => {
  const cipher = createCipheriv('id-aes256-wrap', wrappingKey, Buffer.alloc(8, 0xa6))
  return Buffer.concat([cipher.update(cek), cipher.final()])
}

const CURVES: Readonly<Record<string, string>> = { 'P-256': 'P-256', 'P-521': 'P-521' }

const forCurve = (offered: OfferedKey, cek: Buffer) => {
  const crv = CURVES[offered['crv'] ?? '']
  if (crv === undefined) return undefined
  const theirs = createPublicKey({
    key: { kty: 'EC', crv, x: offered['x'] ?? '', y: offered['y'] ?? '' },
    format: 'jwk',
  })
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: crv })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const z = diffieHellman({ privateKey, publicKey: theirs })
  const alg = 'ECDH-ES+A256KW'
  const info = Buffer.concat([u32(1), z, u32(alg.length), Buffer.from(alg), u32(0), u32(0), u32(256)])
  const header = { alg, enc: 'A256GCM', epk: { crv, kty: 'EC', x, y } }
  return { header, encryptedKey: wrap(cek, createHash('sha256').update(info).digest()) }
}

const forRsa = (offered: OfferedKey, cek: Buffer) => {
  const key = createPublicKey({
    key: { kty: 'RSA', n: offered['n'] ?? '', e: offered['e'] ?? '' },
    format: 'jwk',
  })
  const encryptedKey = publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    cek,
  )
  return { header: { alg: 'RSA-OAEP-256', enc: 'A256GCM' }, encryptedKey }
}

/**
 * A resource as the service sends it, built independently of the library under test; undefined for an unknown key type.
 */
export const sealFor = (offered: OfferedKey, resource: Uint8Array): object | undefined => {
  const cek = randomBytes(32)
  const sealed = offered['kty'] === 'RSA' ? forRsa(offered, cek) : forCurve(offered, cek)
  if (sealed === undefined) return undefined
  const head = base64url(JSON.stringify(sealed.header))
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', cek, iv)
  cipher.setAAD(Buffer.from(head, 'ascii'))
  const ciphertext = Buffer.concat([cipher.update(resource), cipher.final()])
  return {
    protected: head,
    encrypted_key: base64url(sealed.encryptedKey),
    iv: base64url(iv),
    ciphertext: base64url(ciphertext),
    tag: base64url(cipher.getAuthTag()),
  }
}
