import { createDecipheriv, createHash, diffieHellman, createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSealed } from '../../../src/io/kbs/answers.js'
import { bindingOf, canonicalJson, type TeePublicKey } from '../../../src/io/kbs/binding.js'
import { boundOf } from '../../../src/io/kbs/protocol.js'
import { teeKeyOf } from '../../../src/io/kbs/tee-key.js'
import { hex, p256Key, vectors } from '../../support/tee/vectors.js'

const { runtimeData, kbsResponse } = vectors
const publicKey: TeePublicKey = { ...runtimeData.tee_pubkey, kty: 'EC' }

describe('vectors: runtimeData (17.8)', () => {
  it('has the public half of the private number', () => {
    const { x, y } = p256Key(runtimeData.client_private_key_d_hex)
    expect({ x, y }).toEqual({ x: runtimeData.tee_pubkey.x, y: runtimeData.tee_pubkey.y })
  })

  it('has the object that is hashed, in canonical form', () => {
    const bound = boundOf('0.4.0', runtimeData.nonce, publicKey)
    expect(bound).toEqual(runtimeData.object)
    expect(canonicalJson(bound)).toBe(runtimeData.canonical)
  })

  it('has its SHA-384', () => {
    const binding = bindingOf(boundOf('0.4.0', runtimeData.nonce, publicKey))
    expect(binding.toString('hex')).toBe(runtimeData.sha384)
    expect(binding.toString('base64')).toBe(runtimeData.sample_evidence.report_data)
    expect(Buffer.concat([binding, Buffer.alloc(16)]).toString('hex')).toBe(runtimeData.inblob_64_hex)
  })

  it('leaves out what version 0.2.0 does not know', () => {
    expect(canonicalJson(boundOf('0.2.0', runtimeData.nonce, publicKey))).toBe(
      runtimeData.canonical.replace('"additional-evidence":"",', ''),
    )
  })
})

describe('vectors: kbsResponse (17.8)', () => {
  it('is opened with the private key', async () => {
    const { privateKey } = p256Key(runtimeData.client_private_key_d_hex)
    const key = teeKeyOf(publicKey, privateKey)
    const plain = await key.open(readSealed(JSON.stringify(kbsResponse.body)))
    expect(Buffer.from(plain).toString('hex')).toBe(kbsResponse.plaintext_hex)
  })

  it('has the header, the shared secret, the wrapping key and the content key of the vectors', () => {
    const header = Buffer.from(kbsResponse.body.protected, 'base64url').toString('utf8')
    expect(header).toBe(kbsResponse.header_text)
    const { epk } = JSON.parse(header) as { epk: { crv: string; kty: string; x: string; y: string } }
    const mine = p256Key(kbsResponse.epk_private_d_hex)
    expect({ x: mine.x, y: mine.y }).toEqual({ x: epk.x, y: epk.y })
    const z = diffieHellman({
      privateKey: p256Key(runtimeData.client_private_key_d_hex).privateKey,
      publicKey: createPublicKey({ key: epk, format: 'jwk' }),
    })
    expect(z.toString('hex')).toBe(kbsResponse.shared_secret_z_hex)
    const u32 = (value: number) => hex(value.toString(16).padStart(8, '0'))
    const info = Buffer.concat([u32(1), z, u32(14), Buffer.from('ECDH-ES+A256KW'), u32(0), u32(0), u32(256)])
    const wrapping = createHash('sha256').update(info).digest()
    expect(wrapping.toString('hex')).toBe(kbsResponse.wrapping_key_hex)
    const unwrap = createDecipheriv('id-aes256-wrap', wrapping, Buffer.alloc(8, 0xa6))
    const cek = Buffer.concat([
      unwrap.update(Buffer.from(kbsResponse.body.encrypted_key, 'base64url')),
      unwrap.final(),
    ])
    expect(cek.toString('hex')).toBe(kbsResponse.cek_hex)
  })

  it.each(['ciphertext', 'tag', 'iv', 'encrypted_key', 'protected'] as const)(
    'is refused if its %s differs',
    async (part) => {
      const text = kbsResponse.body[part]
      const at = part === 'protected' ? 8 : 3
      const other = text.slice(0, at) + (text.charAt(at) === 'A' ? 'B' : 'A') + text.slice(at + 1)
      const key = teeKeyOf(publicKey, p256Key(runtimeData.client_private_key_d_hex).privateKey)
      await expect(
        key.open(readSealed(JSON.stringify({ ...kbsResponse.body, [part]: other }))),
      ).rejects.toMatchObject({ code: 'kbs', reason: 'malformed' })
    },
  )
})
