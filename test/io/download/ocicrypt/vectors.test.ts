import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../../../src/io/download/ocicrypt/envelope.js'
import { openLayer, sealLayer } from '../../../../src/io/download/ocicrypt/layer.js'
import { openSealed } from '../../../../src/io/download/ocicrypt/open.js'
import { parsePacket } from '../../../../src/io/download/ocicrypt/packet.js'
import { wrapFor } from '../../../../src/io/download/ocicrypt/seal.js'
import { readLayerKey, unwrapOptions } from '../../../../src/io/download/ocicrypt/unwrap.js'
import { digestOfBytes } from '../../../../src/io/slices.js'
import { hex, vectors } from '../../../support/tee/vectors.js'

const given = vectors.encryptedLayer
const { annotations } = given.descriptor
const { signal } = new AbortController()
const what = 'the layer'

describe('vectors: encryptedLayer (17.8)', () => {
  it('has digests of the plain text and of the ciphertext', () => {
    expect(digestOfBytes(hex(given.plaintext_hex))).toBe(given.plaintext_digest)
    expect(digestOfBytes(hex(given.ciphertext_hex))).toBe(given.ciphertext_digest)
    expect(given.descriptor).toMatchObject({ digest: given.ciphertext_digest, size: 41 })
  })

  it('has a packet and public options in its annotations', () => {
    const { options, keys } = readEnvelope(annotations, what)
    expect(Buffer.from(options.hmac).toString('base64')).toBe(given.hmac_b64)
    expect(options.nonce).toBeUndefined()
    expect(keys.map(({ provider, packet }) => [provider, Buffer.from(packet).toString('utf8')])).toEqual([
      ['attestation-agent', given.packet_text],
    ])
  })

  it('has private options that the packet wraps', () => {
    const packet = parsePacket(Buffer.from(given.packet_text), what)
    expect(unwrapOptions(packet, hex(given.kek_hex)).toString('utf8')).toBe(given.privopts_text)
    const kid = 'kbs:///default/key/wasm'
    expect(
      wrapFor({ kid, kek: hex(given.kek_hex) }, Buffer.from(given.privopts_text), Buffer.from(packet.iv)),
    ).toBe(given.packet_text)
    const { key, nonce, digest } = readLayerKey(Buffer.from(given.privopts_text), what)
    expect(Buffer.from(key).toString('hex')).toBe(given.layer_key_hex)
    expect(Buffer.from(nonce ?? []).toString('hex')).toBe(given.counter_block_hex)
    expect(digest).toBe(given.plaintext_digest)
  })

  it('is encrypted and decrypted over a carry through the whole counter block', async () => {
    const secret = { key: hex(given.layer_key_hex), nonce: hex(given.counter_block_hex) }
    const { ciphertext, hmac } = await sealLayer(hex(given.plaintext_hex), secret, signal)
    expect(ciphertext.toString('hex')).toBe(given.ciphertext_hex)
    expect(hmac.toString('base64')).toBe(given.hmac_b64)
    const plain = await openLayer(ciphertext, secret, hmac, what, signal)
    expect(plain.toString('hex')).toBe(given.plaintext_hex)
  })

  it('is opened as a whole with the key of a service', async () => {
    const asked: string[] = []
    const { binary, warnings } = await openSealed(
      {
        annotations,
        diffId: undefined,
        ciphertext: hex(given.ciphertext_hex),
        what,
        trusted: undefined,
      },
      {
        source: {
          type: 'kbs',
          service: new URL('http://127.0.0.1:8080'),
          resource: (key) => {
            asked.push(key.path)
            return Promise.resolve(hex(given.kek_hex))
          },
        },
        maxBytes: 1024,
        allowTestKey: false,
      },
      signal,
    )
    expect(binary.toString('hex')).toBe(given.plaintext_hex)
    expect({ asked, warnings }).toEqual({ asked: ['default/key/wasm'], warnings: [] })
  })
})
