import { timingSafeEqual } from 'node:crypto'
import { EvidenceError } from './errors.js'
import { padded, type Evidence } from './evidence.js'
import { jsonText, type JsonValue } from './json-text.js'
import { certificatesOf } from './snp-certificates.js'

const REPORT_BYTES = 1184
const FIRST_VERSION = 3
const LAST_VERSION = 5
/** The first processor family with another order of firmware versions. */
const TURIN = 0x1a
const REPORT_DATA = 0x50

const slice = (report: Buffer, at: number, length: number): Uint8Array => report.subarray(at, at + length)

/** The version of each piece of firmware. */
const tcbAt = (report: Buffer, at: number, family: number): JsonValue => {
  const byte = (offset: number) => report.readUInt8(at + offset)
  return family >= TURIN
    ? { fmc: byte(0), bootloader: byte(1), tee: byte(2), snp: byte(3), microcode: byte(7) }
    : { fmc: null, bootloader: byte(0), tee: byte(1), snp: byte(6), microcode: byte(7) }
}

const firmwareAt = (report: Buffer, at: number): JsonValue => ({
  build: report.readUInt8(at),
  minor: report.readUInt8(at + 1),
  major: report.readUInt8(at + 2),
})

/** Every field, because the verifier rebuilds the bytes before it checks their signature. */
const fieldsOf = (report: Buffer, version: number): JsonValue => {
  const family = report.readUInt8(0x188)
  const vector = (at: number) => (version >= LAST_VERSION ? report.readBigUInt64LE(at) : null)
  return {
    version,
    guest_svn: report.readUInt32LE(4),
    policy: report.readBigUInt64LE(8),
    family_id: slice(report, 0x10, 16),
    image_id: slice(report, 0x20, 16),
    vmpl: report.readUInt32LE(0x30),
    sig_algo: report.readUInt32LE(0x34),
    current_tcb: tcbAt(report, 0x38, family),
    plat_info: report.readBigUInt64LE(0x40),
    key_info: report.readUInt32LE(0x48),
    report_data: slice(report, REPORT_DATA, 64),
    measurement: slice(report, 0x90, 48),
    host_data: slice(report, 0xc0, 32),
    id_key_digest: slice(report, 0xe0, 48),
    author_key_digest: slice(report, 0x110, 48),
    report_id: slice(report, 0x140, 32),
    report_id_ma: slice(report, 0x160, 32),
    reported_tcb: tcbAt(report, 0x180, family),
    cpuid_fam_id: family,
    cpuid_mod_id: report.readUInt8(0x189),
    cpuid_step: report.readUInt8(0x18a),
    chip_id: slice(report, 0x1a0, 64),
    committed_tcb: tcbAt(report, 0x1e0, family),
    current: firmwareAt(report, 0x1e8),
    committed: firmwareAt(report, 0x1ec),
    launch_tcb: tcbAt(report, 0x1f0, family),
    launch_mit_vector: vector(0x1f8),
    current_mit_vector: vector(0x200),
    signature: { r: slice(report, 0x2a0, 72), s: slice(report, 0x2e8, 72) },
  }
}

/**
 * Evidence of an SEV-SNP guest from a report. Throws an `EvidenceError` if no verifier would accept the report, or if it is
 * for other data.
 * @param table the certificates that accompany the report; may be empty
 */
export const snpEvidence = (report: Buffer, table: Buffer, data: Uint8Array): Evidence => {
  if (report.length !== REPORT_BYTES)
    throw new EvidenceError(`the SNP report has ${report.length} bytes; expected ${REPORT_BYTES}`)
  const version = report.readUInt32LE(0)
  if (version < FIRST_VERSION || version > LAST_VERSION)
    throw new EvidenceError(
      `the SNP report has version ${version}; expected ${FIRST_VERSION} to ${LAST_VERSION}: update the firmware of the host`,
    )
  if (!timingSafeEqual(report.subarray(REPORT_DATA, REPORT_DATA + 64), padded(data)))
    throw new EvidenceError('the SNP report is for different report data')
  return {
    tee: 'snp',
    json: jsonText({ attestation_report: fieldsOf(report, version), cert_chain: certificatesOf(table) }),
    measurements: {
      mrtd: report.toString('hex', 0x90, 0x90 + 48),
      tcb: report.readBigUInt64LE(0x180).toString(),
    },
  }
}
