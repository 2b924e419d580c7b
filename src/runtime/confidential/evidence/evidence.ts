/** Proves to a verifier what this machine is, and that it vouches for some bytes. */
export type Evidence = {
  /** The type of TEE, as Trustee names it: `tdx`, `snp`, `sgx`, `sample`, … */
  readonly tee: string
  /** The primary evidence for a Key Broker Service, as JSON text, because its numbers may be too large for JavaScript. */
  readonly json: string
  /** In hexadecimal, by register name, such as `mrtd`; may be empty. */
  readonly measurements: Readonly<Record<string, string>>
}

/** The number of bytes that a report is bound to. */
const REPORT_DATA_BYTES = 64

/** Pads with zeros. Throws a `RangeError` above 64 bytes. */
export const padded = (data: Uint8Array): Buffer => {
  if (data.length > REPORT_DATA_BYTES)
    throw new RangeError(`report data must be at most ${REPORT_DATA_BYTES} bytes`)
  const whole = Buffer.alloc(REPORT_DATA_BYTES)
  whole.set(data)
  return whole
}
