import { EvidenceError } from './errors.js'
import type { JsonValue } from './json-text.js'

const ENTRY_BYTES = 24
const MAX_ENTRIES = 64

const TYPES: ReadonlyMap<string, string> = new Map([
  ['63da758d-e664-4564-adc5-f4b93be8accd', 'VCEK'],
  ['a8074bc2-a25a-483e-aae6-39c045a0b8a1', 'VLEK'],
  ['4ab7b379-bbac-4fe4-a02f-05aef327c782', 'ASK'],
  ['c0b406a4-a803-4952-9743-3fb6014cd0ae', 'ARK'],
  ['92f81bc3-5811-4d3d-97ff-d19f88dc67ea', 'CRL'],
])
const END = '00000000-0000-0000-0000-000000000000'

const guidAt = (table: Buffer, at: number): string => {
  const text = table.toString('hex', at, at + 16)
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  )
}

/**
 * The certificate chain in the table that accompanies a report. Null without a chip key: the verifier then fetches
 * one, but would refuse a list without it. Throws an `EvidenceError`.
 */
export const certificatesOf = (table: Buffer): JsonValue => {
  const chain: { readonly type: string | undefined; readonly guid: string; readonly data: Buffer }[] = []
  for (let at = 0; at + ENTRY_BYTES <= table.length; at += ENTRY_BYTES) {
    const guid = guidAt(table, at)
    if (guid === END) break
    const offset = table.readUInt32LE(at + 16)
    const end = offset + table.readUInt32LE(at + 20)
    if (chain.length >= MAX_ENTRIES || end > table.length)
      throw new EvidenceError('the certificate table of the SNP report is malformed')
    chain.push({ type: TYPES.get(guid), guid, data: table.subarray(offset, end) })
  }
  if (!chain.some(({ type }) => type === 'VCEK' || type === 'VLEK')) return null
  return chain.map(({ type, guid, data }) => ({ cert_type: type ?? { OTHER: guid }, data }))
}
