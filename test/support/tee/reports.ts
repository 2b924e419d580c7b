/** An SEV-SNP report, generated like the test vectors. */
export const snpReport = (version: number, family: number, model: number, step: number): Buffer => {
  const report = Buffer.alloc(1184)
  const rule = (offset: number) => (offset * 31 + 7) & 255
  const fill = (from: number, to: number) => {
    for (let at = from; at <= to; at += 1) report[at] = rule(at)
  }
  const tcbs = [0x38, 0x180, 0x1e0, 0x1f0]
  for (const [from, to] of [
    [4, 15],
    [0x10, 0x2f],
    [0x40, 0x4b],
    [0x50, 0x17f],
    [0x1a0, 0x1df],
    [0x2a0, 0x32f],
  ] as const)
    fill(from, to)
  report.writeUInt32LE(version, 0)
  report.writeUInt32LE(0, 0x30)
  report.writeUInt32LE(1, 0x34)
  report.set([family, model, step], 0x188)
  report.set([5, 0x37, 1], 0x1e8)
  report.set([4, 0x36, 1], 0x1ec)
  if (version === 5) fill(0x1f8, 0x207)
  for (const at of tcbs) {
    report.fill(0, at, at + 8)
    for (const offset of family >= 0x1a ? [0, 1, 2, 3, 7] : [0, 1, 6, 7])
      report[at + offset] = rule(at + offset)
  }
  return report
}

/** A TDX quote with these report data; its signature is fake. */
export const tdxQuote = (reportData: Uint8Array, version: 4 | 5 = 4): Buffer => {
  const start = version === 4 ? 48 : 54
  const quote = Buffer.alloc(start + 584 + 200, 0xab)
  quote.writeUInt16LE(version, 0)
  quote.writeUInt16LE(2, 2)
  quote.writeUInt32LE(0x81, 4)
  if (version === 5) quote.writeUInt16LE(2, 48)
  quote.fill(0xcd, start + 136, start + 184)
  quote.set(reportData, start + 520)
  return quote
}
