import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kindOfProvider } from '../../host/tee.js'
import { configfsReport } from './evidence/configfs.js'
import { EvidenceError } from './evidence/errors.js'
import { eventLogOf } from './evidence/event-log.js'
import { padded, type Evidence } from './evidence/evidence.js'
import type { Report } from './evidence/report-entry.js'
import { snpEvidence } from './evidence/snp.js'
import { tdxEvidence } from './evidence/tdx.js'
import type { AttesterOptions } from './options.js'

const BOOT_LOG = 'sys/firmware/acpi/tables/data/CCEL'

const bytesOf = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined)

const eventLog = async ({
  root,
  eventLog: isWanted,
  agentLog,
}: AttesterOptions): Promise<Buffer | undefined> =>
  isWanted ? eventLogOf(await bytesOf(join(root, BOOT_LOG)), await bytesOf(join(root, agentLog))) : undefined

const evidenceOf = async (report: Report, data: Uint8Array, options: AttesterOptions): Promise<Evidence> => {
  switch (kindOfProvider(report.provider)) {
    case 'tdx':
      return tdxEvidence(report.outblob, await eventLog(options), data)
    case 'snp':
      return snpEvidence(report.outblob, report.auxblob, data)
    case 'cca':
      throw new EvidenceError(
        'the proplet cannot produce Arm CCA evidence itself: start the Attestation Agent',
      )
    case 'sgx':
    case undefined:
      throw new EvidenceError(
        `configfs-tsm has the provider ${JSON.stringify(report.provider.slice(0, 64))}; expected tdx_guest or sev_guest`,
      )
  }
}

/** Evidence that the kernel makes, through configfs-tsm. Rejects with an `EvidenceError`. */
export const kernelEvidence = async (
  options: AttesterOptions,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<Evidence> => evidenceOf(await configfsReport(options.root, padded(data), signal), data, options)
