/** What proves to a verifier what this machine is, and that it speaks for some bytes. */
export type Evidence = {
  /** The kind of machine, as Trustee names it: `tdx`, `snp`, `sgx`, `sample`, … */
  readonly tee: string
  /** What a Key Broker Service takes as primary evidence: JSON text, as its numbers may be beyond those of JavaScript. */
  readonly json: string
  /** In hexadecimal, by the names that registers have, such as `mrtd`; empty: none are known here. */
  readonly measurements: Readonly<Record<string, string>>
}

/** Bytes that hardware binds a report to. */
export const REPORT_DATA_BYTES = 64

/** Filled up with zeros. Throws a `RangeError` above 64 bytes. */
export const padded = (data: Uint8Array): Buffer => {
  if (data.length > REPORT_DATA_BYTES)
    throw new RangeError(`report data must be at most ${REPORT_DATA_BYTES} bytes`)
  const whole = Buffer.alloc(REPORT_DATA_BYTES)
  whole.set(data)
  return whole
}
