import { timingSafeEqual } from 'node:crypto'
import { EvidenceError } from './errors.js'
import { padded, type Evidence } from './evidence.js'
import { jsonText } from './json-text.js'

const TEE_TDX = 0x81
const BODY_BYTES = 584
/** Registers in the body of a quote, 48 bytes each. */
const REGISTERS = { mrtd: 136, rtmr0: 328, rtmr1: 376, rtmr2: 424, rtmr3: 472 } as const
const REGISTER_BYTES = 48
const REPORT_DATA = 520

const bodyOf = (quote: Buffer): Buffer => {
  const version = quote.length < 64 ? undefined : quote.readUInt16LE(0)
  if (version !== 4 && version !== 5)
    throw new EvidenceError('the TDX quote is malformed: expected version 4 or 5')
  if (quote.readUInt32LE(4) !== TEE_TDX) throw new EvidenceError('the quote is not a TDX quote')
  const start = version === 4 ? 48 : 54
  if (version === 5 && ![2, 3].includes(quote.readUInt16LE(48)))
    throw new EvidenceError('the TDX quote is malformed: unknown body type')
  if (quote.length < start + BODY_BYTES)
    throw new EvidenceError('the TDX quote is malformed: it is too short')
  return quote.subarray(start, start + BODY_BYTES)
}

/**
 * Evidence of a TDX guest from a quote. Throws an `EvidenceError` if it is not a quote, or is for other data.
 * @param eventLog omitted if undefined
 */
export const tdxEvidence = (quote: Buffer, eventLog: Buffer | undefined, data: Uint8Array): Evidence => {
  const body = bodyOf(quote)
  if (!timingSafeEqual(body.subarray(REPORT_DATA, REPORT_DATA + 64), padded(data)))
    throw new EvidenceError('the TDX quote is for different report data')
  const measurements = Object.fromEntries(
    Object.entries(REGISTERS).map(([name, at]) => [name, body.toString('hex', at, at + REGISTER_BYTES)]),
  )
  const json = jsonText({
    quote: quote.toString('base64'),
    cc_eventlog: eventLog === undefined ? null : eventLog.toString('base64'),
  })
  return { tee: 'tdx', json, measurements }
}
