import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { parseBoundedJson } from '../../../net/json/bounded-json.js'
import { EvidenceError } from '../evidence/errors.js'
import { padded, type Evidence } from '../evidence/evidence.js'
import { tdxEvidence } from '../evidence/tdx.js'

const quoted = t.type({ quote: t.string })
const reported = t.type({
  attestation_report: t.type({ report_data: t.array(t.number), measurement: t.array(t.number) }),
})
const sampled = t.type({ svn: t.string, report_data: t.string })

/** High, because the bytes of reports and certificates are arrays of numbers. */
const MAX_VALUES = 32 * 1024

const parsed = (text: string): unknown => {
  const read = parseBoundedJson(Buffer.from(text), MAX_VALUES)
  if (E.isLeft(read))
    throw new EvidenceError(`the agent answered with something other than JSON: ${read.left}`)
  return read.right
}

const otherData = (where: string): EvidenceError =>
  new EvidenceError(
    `the evidence of the agent at ${where} is bound to other data: its REST service accepts bytes only from release 0.21 on; use its socket`,
  )

const startsWithData = (found: Uint8Array, data: Uint8Array): boolean =>
  Buffer.from(found).equals(Buffer.from(data)) || Buffer.from(found).equals(padded(data))

/**
 * Checks that an agent's evidence is bound to these bytes, if its type is known here. Throws an
 * `EvidenceError`.
 */
export const checkedEvidence = (tee: string, json: string, data: Uint8Array, where: string): Evidence => {
  const value = parsed(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new EvidenceError(`the agent at ${where} answered with something other than evidence`)
  if (tee === 'sample' || sampled.is(value))
    throw new EvidenceError(
      `the agent at ${where} returns only sample evidence, which proves nothing: PROPLET_TEE=sample is for tests`,
    )
  if (tee === 'tdx') {
    const quote = quoted.decode(value)
    if (E.isLeft(quote)) throw new EvidenceError(`the agent at ${where} answered without a quote`)
    try {
      const { measurements } = tdxEvidence(Buffer.from(quote.right.quote, 'base64'), undefined, data)
      return { tee, json, measurements }
    } catch (error) {
      if (error instanceof EvidenceError && error.message.includes('different report data'))
        throw otherData(where)
      throw error
    }
  }
  if (tee !== 'snp') return { tee, json, measurements: {} }
  const report = reported.decode(value)
  if (E.isLeft(report)) throw new EvidenceError(`the agent at ${where} answered without a report`)
  const { report_data, measurement } = report.right.attestation_report
  if (!startsWithData(Uint8Array.from(report_data), data)) throw otherData(where)
  return { tee, json, measurements: { mrtd: Buffer.from(measurement).toString('hex') } }
}
