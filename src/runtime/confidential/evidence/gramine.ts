import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EvidenceError } from './errors.js'
import { padded, type Evidence } from './evidence.js'
import { jsonText } from './json-text.js'
import { messageOf } from '../../../model/message-of.js'

const REPORT_DATA = 48 + 320
const VERSION = 3

const quoteOf = async (root: string, data: Buffer): Promise<Buffer> => {
  const attestation = join(root, 'dev/attestation')
  try {
    await writeFile(join(attestation, 'user_report_data'), data)
    return await readFile(join(attestation, 'quote'))
  } catch (error) {
    const why = messageOf(error)
    throw new EvidenceError(
      `/dev/attestation of Gramine gave no quote (${why}): its manifest needs sgx.remote_attestation = "dcap"`,
      { cause: error },
    )
  }
}

/** Evidence of an enclave under Gramine. Rejects with an `EvidenceError`. */
export const gramineEvidence = async (root: string, data: Uint8Array): Promise<Evidence> => {
  const wanted = padded(data)
  const quote = await quoteOf(root, wanted)
  if (quote.length < REPORT_DATA + wanted.length || quote.readUInt16LE(0) !== VERSION)
    throw new EvidenceError(`the SGX quote is malformed: expected version ${VERSION}`)
  if (!quote.subarray(REPORT_DATA, REPORT_DATA + wanted.length).equals(wanted))
    throw new EvidenceError('the SGX quote is for different report data')
  return {
    tee: 'sgx',
    json: jsonText({ quote: quote.toString('base64') }),
    measurements: { mrenclave: quote.toString('hex', 48 + 64, 48 + 96) },
  }
}
