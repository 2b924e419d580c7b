import { createCipheriv, createDecipheriv } from 'node:crypto'
import { expect, it } from 'vitest'
import { CIPHERS, decrypt, encrypt, type CipherName } from '../../../src/runtime/guest/hal/cipher.js'
import { Crypto } from '../../../src/runtime/guest/hal/crypto.js'
import { hash, type HashName } from '../../../src/runtime/guest/hal/hash.js'
import { generateKeyPair, sign, verify } from '../../../src/runtime/guest/hal/signature.js'
import { hex, vectors } from '../../support/tee/vectors.js'
import { fixture, run } from '../embedded/harness.js'
import { callerOf, runtimeWithHal } from './harness.js'

const { hal } = vectors
const KEY = hex(hal.aead[0]?.key_hex ?? '')
const HELLO = Buffer.from('hello')
const OPTIONS = { authTagLength: 16 }

/** Decrypts with Node.js. */
const openWith = (nonce: Uint8Array, sealed: Uint8Array, cipher: CipherName): string => {
  const opening =
    cipher === 'aes256-gcm'
      ? createDecipheriv('aes-256-gcm', KEY, nonce, OPTIONS)
      : createDecipheriv('chacha20-poly1305', KEY, nonce, OPTIONS)
  opening.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([opening.update(sealed.subarray(12, -16)), opening.final()]).toString()
}

/** Encrypts like the Rust proplet: with a nonce of zeros, and a random one in front of the ciphertext. */
const asLegacy = (cipher: CipherName): Uint8Array => {
  const zeros = new Uint8Array(12)
  const sealing =
    cipher === 'aes256-gcm'
      ? createCipheriv('aes-256-gcm', KEY, zeros, OPTIONS)
      : createCipheriv('chacha20-poly1305', KEY, zeros, OPTIONS)
  const sealed = Buffer.concat([sealing.update(HELLO), sealing.final()])
  return Buffer.concat([Buffer.alloc(12, 9), sealed, sealing.getAuthTag()])
}

it.each(CIPHERS)('issue 16, 2: a thousand encryptions by %s use a thousand different nonces', (cipher) => {
  const sealed = Array.from({ length: 1000 }, () => encrypt(HELLO, KEY, cipher))
  expect(new Set(sealed.map((each) => Buffer.from(each.subarray(0, 12)).toString('hex'))).size).toBe(1000)
  for (const each of sealed) {
    expect(openWith(each.subarray(0, 12), each, cipher)).toBe('hello')
    expect(() => openWith(new Uint8Array(12), each, cipher)).toThrow()
  }
})

it.each(CIPHERS)('issue 16, 2: any changed bit of what %s encrypted is an error', (cipher) => {
  const sealed = encrypt(HELLO, KEY, cipher)
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Uint8Array.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => decrypt(changed, KEY, cipher)).toThrow('Cryptographic operation failed: Decryption failed')
  }
  for (let length = 0; length < sealed.length; length += 1)
    expect(() => decrypt(sealed.subarray(0, length), KEY, cipher)).toThrow(
      length < 12
        ? 'Cryptographic operation failed: Invalid ciphertext length'
        : 'Cryptographic operation failed: Decryption failed',
    )
})

it.each(hal.aead)(
  'issue 16, 2: opens the vector of $algorithm',
  ({ algorithm, key_hex, sealed_hex, plaintext }) => {
    const cipher = CIPHERS.find((each) => each.replace('aes', 'aes-') === algorithm)
    expect(cipher && Buffer.from(decrypt(hex(sealed_hex), hex(key_hex), cipher)).toString()).toBe(plaintext)
  },
)

it('issue 16, 2: wrong lengths give the texts of the reference', () => {
  for (const length of [0, 16, 31, 33]) {
    const key = new Uint8Array(length)
    for (const work of [encrypt, decrypt]) {
      expect(() => work(HELLO, key, 'aes256-gcm')).toThrow('Cryptographic operation failed: Invalid AES key')
      expect(() => work(HELLO, key, 'chacha20-poly1305')).toThrow(
        'Cryptographic operation failed: Invalid ChaCha20 key',
      )
    }
    expect(() => sign(HELLO, key)).toThrow(
      'Invalid parameter: Invalid key length for algorithm Ed25519 and context type Signing',
    )
  }
})

/** Secret key, public key, message and signature of tests 1, 2, 3 and SHA(abc) in RFC 8032, section 7.1. */
const RFC_8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const

it.each(RFC_8032)(
  'issue 16, 2: signs and verifies as RFC 8032 does (%s)',
  (seed, publicKey, message, signature) => {
    const made = sign(hex(message), hex(seed))
    expect(Buffer.from(made).toString('hex')).toBe(signature)
    expect(verify(hex(message), made, hex(publicKey))).toBe(true)
    expect(verify(hex(`${message}00`), made, hex(publicKey))).toBe(false)
    made[0] = (made[0] ?? 0) ^ 1
    expect(verify(hex(message), made, hex(publicKey))).toBe(false)
  },
)

it('issue 16, 2: generated pairs differ, sign and verify, and malformed keys verify nothing', () => {
  const pairs = Array.from({ length: 20 }, generateKeyPair)
  for (const { publicKey, privateKey } of pairs) {
    expect([publicKey.length, privateKey.length]).toStrictEqual([32, 32])
    expect(Buffer.compare(publicKey, privateKey)).not.toBe(0)
    expect(verify(HELLO, sign(HELLO, privateKey), publicKey)).toBe(true)
  }
  const [one, other] = pairs
  if (one === undefined || other === undefined) throw new Error('no pairs')
  const signature = sign(HELLO, one.privateKey)
  expect(verify(HELLO, signature, other.publicKey)).toBe(false)
  for (const length of [0, 31, 33]) expect(verify(HELLO, signature, new Uint8Array(length))).toBe(false)
  for (const length of [0, 63, 65]) expect(verify(HELLO, new Uint8Array(length), one.publicKey)).toBe(false)
  for (const byte of [0, 1, 2, 0xff])
    expect(verify(HELLO, signature, new Uint8Array(32).fill(byte))).toBe(false)
})

it('issue 16, 2: BLAKE3 and SHA-2 match the vectors, for one chunk and for a tree', () => {
  const many = Uint8Array.from({ length: 5000 }, (_, at) => at % 251)
  const digest = (data: Uint8Array, name: HashName) => Buffer.from(hash(data, name)).toString('hex')
  expect(digest(new Uint8Array(), 'blake3')).toBe(hal.blake3_empty)
  expect(digest(HELLO, 'blake3')).toBe(hal.blake3_hello)
  expect(digest(many, 'blake3')).toBe(hal.blake3_5000_bytes_i_mod_251)
  expect(digest(HELLO, 'sha256')).toBe(hal.sha256_hello)
  expect(digest(HELLO, 'sha512')).toBe(hal.sha512_hello)
})

it.each(CIPHERS)(
  'issue 16, 2: data encrypted by the Rust proplet with %s is decrypted only if enabled, and never produced',
  (cipher) => {
    expect(() => decrypt(asLegacy(cipher), KEY, cipher)).toThrow('Decryption failed')
    let opened = 0
    const legacy = new Crypto(() => (opened += 1))
    expect(Buffer.from(legacy.decrypt(asLegacy(cipher), KEY, cipher)).toString()).toBe('hello')
    expect(opened).toBe(1)
    expect(Buffer.from(legacy.decrypt(encrypt(HELLO, KEY, cipher), KEY, cipher)).toString()).toBe('hello')
    expect(opened).toBe(1)
    const made = legacy.encrypt(HELLO, KEY, cipher)
    expect(() => openWith(new Uint8Array(12), made, cipher)).toThrow()
  },
)

it('issue 16, 2: a guest opens it with PROPLET_HAL_LEGACY_DECRYPT, and the log warns', async () => {
  const list = (bytes: Uint8Array) => `[${bytes.join(', ')}]`
  const inputs = [list(asLegacy('aes256-gcm')), list(KEY), 'aes256-gcm']
  const task = { binary: fixture('components/hal'), name: 'decrypt', inputs }
  const { outcome, warnings } = await run(await runtimeWithHal({ legacyDecrypt: true }), task)
  expect(outcome).toMatchObject({ kind: 'completed', results: `ok(${list(HELLO)})` })
  expect(warnings).toStrictEqual([expect.stringContaining('PROPLET_HAL_LEGACY_DECRYPT')])
  expect(await callerOf(await runtimeWithHal(), 'components/hal')('decrypt', inputs)).toBe(
    'err("Cryptographic operation failed: Decryption failed")',
  )
})

it('issue 16, 2: contexts count from 1, can be closed, and are limited', () => {
  const crypto = new Crypto(undefined)
  expect(crypto.createContext()).toBe(1n)
  crypto.destroyContext(1n)
  expect(() => crypto.destroyContext(1n)).toThrow('unknown crypto context handle')
  for (let count = 0; count < 1024; count += 1) crypto.createContext()
  expect(() => crypto.createContext()).toThrow('Cryptographic operation failed: at most 1024 contexts')
})
