import * as E from 'fp-ts/lib/Either.js'
import {
  readChallenge,
  readRefusal,
  readSealed,
  readToken,
  tokenLifeMs,
} from '../../../src/io/kbs/answers.js'
import { parseKeyReference, textOfKey } from '../../../src/io/kbs/resource-uri.js'
import { readEnvelope } from '../../../src/io/download/ocicrypt/envelope.js'
import { parsePacket } from '../../../src/io/download/ocicrypt/packet.js'
import { readKek, readLayerKey } from '../../../src/io/download/ocicrypt/unwrap.js'
import { atOnce } from '../../../src/model/sliced.js'
import { parseManifest } from '../../../src/io/download/oci/manifest.js'
import { chooseSealedLayers } from '../../../src/io/download/oci/pull-sealed.js'
import { readUnwrapped } from '../../../src/io/key-provider/key-provider.js'
import { readFields } from '../../../src/net/protobuf.js'
import { checkedEvidence } from '../../../src/runtime/confidential/agent/checked.js'
import { responsePayload } from '../../../src/runtime/confidential/agent/ttrpc.js'
import { entriesOf } from '../../../src/runtime/confidential/evidence/event-log.js'
import { certificatesOf } from '../../../src/runtime/confidential/evidence/snp-certificates.js'
import { snpEvidence } from '../../../src/runtime/confidential/evidence/snp.js'
import { tdxEvidence } from '../../../src/runtime/confidential/evidence/tdx.js'
import { snpReport, tdxQuote } from '../../support/tee/reports.js'
import { hex, vectors } from '../../support/tee/vectors.js'
import { causeOf, textOf, utf8, type Target } from '../target.js'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const DATA = new Uint8Array(64)
const { encryptedLayer, kbsResponse } = vectors

/** Readers of untrusted bytes for encrypted tasks; the first byte of an input selects one. */
const READERS: readonly ((bytes: Uint8Array) => unknown)[] = [
  (bytes) => parsePacket(bytes, 'x'),
  (bytes) => readLayerKey(bytes, 'x'),
  (bytes) => readEnvelope(recordOf(bytes), 'x'),
  (bytes) => {
    const manifest = atOnce(parseManifest(Buffer.from(bytes), MANIFEST, 'x'))
    return manifest.type === 'manifest' ? chooseSealedLayers(manifest.layers, 'x') : undefined
  },
  (bytes) => readSealed(textOf(bytes)),
  (bytes) => readChallenge(textOf(bytes)),
  (bytes) => readToken(textOf(bytes)),
  (bytes) => [readRefusal(textOf(bytes)), tokenLifeMs(textOf(bytes))],
  (bytes) => {
    const read = parseKeyReference(textOf(bytes))
    if (E.isLeft(read)) throw new Refused(read.left)
    const again = parseKeyReference(textOfKey(read.right))
    if (E.isLeft(again)) throw new TypeError('a key that does not read back')
  },
  (bytes) => readKek(bytes, 'x'),
  (bytes) => readUnwrapped(bytes, 'x'),
  (bytes) => readFields(bytes),
  (bytes) => responsePayload(Buffer.from(bytes)),
  (bytes) => entriesOf(Buffer.from(bytes)),
  (bytes) => certificatesOf(Buffer.from(bytes)),
  (bytes) => snpEvidence(Buffer.from(bytes), Buffer.alloc(0), DATA),
  (bytes) => tdxEvidence(Buffer.from(bytes), undefined, DATA),
  (bytes) => checkedEvidence('tdx', textOf(bytes), DATA, 'x'),
  (bytes) => checkedEvidence('snp', textOf(bytes), DATA, 'x'),
]

class Refused extends Error {
  readonly code = 'refused'
}

const CODES: ReadonlySet<unknown> = new Set([
  'sealed',
  'kbs',
  'download',
  'evidence',
  'key-provider',
  'protobuf',
  'refused',
])

const recordOf = (bytes: Uint8Array): Readonly<Record<string, string>> => {
  const lines = textOf(bytes).split('\n')
  return Object.fromEntries(
    lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  )
}

const annotations = Object.entries(encryptedLayer.descriptor.annotations)
  .map(([key, value]) => `${key}=${value}`)
  .join('\n')

const seed = (reader: number, bytes: Uint8Array | string): Uint8Array =>
  Uint8Array.from([reader, ...(typeof bytes === 'string' ? utf8(bytes) : bytes)])

export const confidential: Target = {
  name: 'confidential',
  share: 60,
  maxBytes: 20_000,
  words: ['{', '}', '"kid"', '"wrap_type"', 'A256GCM', 'kbs:///a/b/c', '+encrypted', ',', '\0', '"tag"', 'ÿ'],
  seeds: () => [
    seed(0, encryptedLayer.packet_text),
    seed(1, encryptedLayer.privopts_text),
    seed(2, annotations),
    seed(3, JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, layers: [encryptedLayer.descriptor] })),
    seed(4, JSON.stringify(kbsResponse.body)),
    seed(5, JSON.stringify({ nonce: vectors.runtimeData.nonce, 'extra-params': '' })),
    seed(6, '{"token":"e30.eyJpYXQiOjEsImV4cCI6Mn0.x"}'),
    seed(7, '{"type":"https://x/errors/PolicyDeny","detail":"no"}'),
    seed(8, 'kbs+resource://kbs:8080/a/b/c?d=e'),
    seed(9, hex(encryptedLayer.kek_hex)),
    seed(10, '{"keyunwrapresults":{"optsdata":[1,2,3]}}'),
    seed(11, hex('0a0361626310071a00')),
    seed(12, hex('00000005000000010200120361626300')),
    seed(13, Buffer.concat([Buffer.alloc(32), Buffer.alloc(8, 0xff)])),
    seed(14, hex(vectors.snp.cert_table_hex)),
    seed(15, snpReport(3, 25, 1, 1)),
    seed(16, tdxQuote(DATA)),
    seed(17, JSON.stringify({ quote: tdxQuote(DATA).toString('base64') })),
    seed(18, '{"attestation_report":{"report_data":[0],"measurement":[1]}}'),
  ],
  heavy: () => {
    const layer = JSON.stringify(encryptedLayer.descriptor)
    const fill = (item: string) =>
      Array.from({ length: Math.floor(500_000 / (item.length + 1)) }, () => item).join(',')
    const manifest = (layers: string) =>
      Buffer.concat([
        Uint8Array.of(3),
        Buffer.from(`{"schemaVersion":2,"mediaType":"${MANIFEST}","layers":[${layers}]}`),
      ])
    return [manifest(fill(layer)), manifest(fill('{}')), manifest(fill('0')), manifest(fill('"a"'))]
  },
  open: () =>
    Promise.resolve({
      run: (input) => {
        const reader = READERS[(input[0] ?? 0) % READERS.length]
        try {
          reader?.(input.subarray(1))
          return 'accepted'
        } catch (error) {
          if (error instanceof Error && 'code' in error && CODES.has(error.code))
            return causeOf(error.message)
          throw error
        }
      },
    }),
}
