import type { Evidence } from './evidence.js'

/** Test evidence, which anyone can make: it proves nothing, and only services configured for it accept it. */
export const sampleEvidence = (data: Uint8Array): Evidence => ({
  tee: 'sample',
  json: JSON.stringify({ svn: '1', report_data: Buffer.from(data).toString('base64') }),
  measurements: {},
})
