import type { CipherName } from '../cipher.js'
import type { HashName } from '../hash.js'
import type { RawMemory } from '../memory.js'
import type { Services } from '../services.js'
import type { N, RawInterface } from './interface.js'
import { hex, known, writeJson } from './values.js'

const HASHES: ReadonlyMap<string, HashName> = new Map([
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
  ['BLAKE3', 'blake3'],
])
const CIPHERS: ReadonlyMap<string, CipherName> = new Map([
  ['AES-256-GCM', 'aes256-gcm'],
  ['ChaCha20-Poly1305', 'chacha20-poly1305'],
])

export const rawCrypto = ({ crypto }: Services, memory: RawMemory): RawInterface => ({
  hash: [
    'iiiiii',
    (p: N, n: N, alg: N, algLength: N, out: N, outLength: N) =>
      memory.write(
        out,
        outLength,
        crypto.hash(memory.read(p, n), known(HASHES.get(memory.text(alg, algLength)))),
      ),
  ],
  encrypt: [
    'iiiiiiii',
    (p: N, n: N, key: N, keyLength: N, alg: N, algLength: N, out: N, outLength: N) => {
      const cipher = known(CIPHERS.get(memory.text(alg, algLength)))
      const sealed = crypto.encrypt(memory.read(p, n), memory.read(key, keyLength), cipher)
      return memory.write(out, outLength, sealed)
    },
  ],
  decrypt: [
    'iiiiiiii',
    (p: N, n: N, key: N, keyLength: N, alg: N, algLength: N, out: N, outLength: N) => {
      const cipher = known(CIPHERS.get(memory.text(alg, algLength)))
      const opened = crypto.decrypt(memory.read(p, n), memory.read(key, keyLength), cipher)
      return memory.write(out, outLength, opened)
    },
  ],
  'generate-keypair': [
    'ii',
    (out: N, outLength: N) => {
      const { publicKey, privateKey } = crypto.generateKeyPair()
      return writeJson(memory, out, outLength, { public_key: hex(publicKey), private_key: hex(privateKey) })
    },
  ],
  sign: [
    'iiiiii',
    (p: N, n: N, key: N, keyLength: N, out: N, outLength: N) =>
      memory.write(out, outLength, crypto.sign(memory.read(p, n), memory.read(key, keyLength))),
  ],
  verify: [
    'iiiiii',
    (p: N, n: N, sig: N, sigLength: N, key: N, keyLength: N) =>
      crypto.verify(memory.read(p, n), memory.read(sig, sigLength), memory.read(key, keyLength)) ? 1 : 0,
  ],
})
