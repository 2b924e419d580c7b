import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { entriesOf, eventLogOf } from '../../../src/runtime/confidential/evidence/event-log.js'
import { sampleEvidence } from '../../../src/runtime/confidential/evidence/sample.js'
import { certificatesOf } from '../../../src/runtime/confidential/evidence/snp-certificates.js'
import { snpEvidence } from '../../../src/runtime/confidential/evidence/snp.js'
import { tdxEvidence } from '../../../src/runtime/confidential/evidence/tdx.js'
import { snpReport, tdxQuote } from '../../support/tee/reports.js'
import { hex, vectors } from '../../support/tee/vectors.js'

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
const table = hex(vectors.snp.cert_table_hex)
const reportDataOf = (report: Buffer) => report.subarray(0x50, 0x90)

describe('vectors: snp (17.8)', () => {
  it.each(vectors.snp.cases)('version $version, family $family', (given) => {
    const report = snpReport(given.version, given.family, given.model, given.step)
    expect(sha256(report)).toBe(given.report_sha256)
    const { json, tee } = snpEvidence(report, table, reportDataOf(report))
    expect(tee).toBe('snp')
    expect(json.length).toBe(given.length)
    expect(sha256(json)).toBe(given.evidence_json_sorted_compact_sha256)
  })

  it('keeps numbers too large for JavaScript', () => {
    const report = snpReport(5, 25, 17, 1)
    const { json } = snpEvidence(report, table, reportDataOf(report))
    const withoutBytes = json.replaceAll(/\[\d[\d,]*\]/g, '[..]')
    expect(withoutBytes).toBe(vectors.snp.json_of_case_2_arrays_removed)
  })

  it('has sample evidence', () => {
    expect(JSON.parse(sampleEvidence(hex(vectors.runtimeData.sha384)).json)).toEqual(
      vectors.runtimeData.sample_evidence,
    )
  })
})

describe('SEV-SNP (17.2)', () => {
  const report = snpReport(3, 25, 1, 1)

  it.each([
    ['of other data', report, Buffer.alloc(64, 1), /different report data/],
    ['that is too short', report.subarray(1), reportDataOf(report), /1183 bytes; expected 1184/],
    ['of version 2', snpReport(2, 25, 1, 1), reportDataOf(report), /version 2.*firmware/],
  ])('refuses a report %s', (_, bytes, data, text) => {
    expect(() => snpEvidence(bytes, table, data)).toThrow(text)
  })

  it('sends no certificate chain without a chip key', () => {
    expect(certificatesOf(Buffer.alloc(0))).toBeNull()
    const onlyAsk = Buffer.concat([table.subarray(24, 48), Buffer.alloc(24), Buffer.alloc(100)])
    expect(certificatesOf(onlyAsk)).toBeNull()
  })

  it('refuses a table with offsets outside itself', () => {
    const bad = Buffer.from(table)
    bad.writeUInt32LE(0xffff, 20)
    expect(() => certificatesOf(bad)).toThrow(/malformed/)
  })
})

describe('TDX (17.2)', () => {
  const data = Buffer.alloc(48, 7)

  it.each([4, 5] as const)('accepts a quote of version %i, with its registers', (version) => {
    const quote = tdxQuote(Buffer.concat([data, Buffer.alloc(16)]), version)
    const { json, measurements } = tdxEvidence(quote, undefined, data)
    expect(JSON.parse(json)).toEqual({ quote: quote.toString('base64'), cc_eventlog: null })
    expect(measurements['mrtd']).toBe('cd'.repeat(48))
    expect(Object.keys(measurements)).toEqual(['mrtd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'])
  })

  it.each([
    ['of other data', tdxQuote(Buffer.alloc(64, 1)), /different report data/],
    ['that is none', Buffer.alloc(100), /malformed/],
    ['that is too short', tdxQuote(Buffer.alloc(64)).subarray(0, 500), /too short/],
  ])('refuses a quote %s', (_, quote, text) => {
    expect(() => tdxEvidence(quote, undefined, data)).toThrow(text)
  })
})

describe('the event log (17.2)', () => {
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const first = Buffer.concat([u32(0), u32(3), Buffer.alloc(20), u32(3), Buffer.from('abc')])
  const entry = Buffer.concat([
    u32(1),
    u32(5),
    u32(2),
    Buffer.from([0x0b, 0]),
    Buffer.alloc(32, 1),
    Buffer.from([0x0c, 0]),
    Buffer.alloc(48, 2),
    u32(2),
    Buffer.from('xy'),
  ])
  const END = Buffer.alloc(8, 0xff)

  it('ends with its last entry', () => {
    for (const rest of [END, Buffer.alloc(8), Buffer.alloc(1000)])
      expect(entriesOf(Buffer.concat([first, entry, rest]))).toEqual(Buffer.concat([first, entry]))
  })

  it('is left out if it is malformed', () => {
    expect(entriesOf(Buffer.concat([first, entry]))).toBeUndefined()
    expect(entriesOf(Buffer.concat([first, entry.subarray(0, 20), END]))).toBeUndefined()
    expect(eventLogOf(Buffer.from('nonsense'), undefined)).toBeUndefined()
  })

  it('continues with that of the agent', () => {
    const boot = Buffer.concat([first, entry, Buffer.alloc(16)])
    expect(eventLogOf(boot, entry)).toEqual(Buffer.concat([first, entry, entry, END]))
    expect(eventLogOf(boot, undefined)).toEqual(Buffer.concat([first, entry, END]))
  })

  it('starts with an entry of 69 bytes if there is only that of the agent', () => {
    const log = eventLogOf(undefined, entry) ?? Buffer.alloc(0)
    expect(log.length).toBe(69 + entry.length + 8)
    expect(entriesOf(log)).toEqual(log.subarray(0, -8))
    expect(eventLogOf(undefined, undefined)).toBeUndefined()
  })
})
