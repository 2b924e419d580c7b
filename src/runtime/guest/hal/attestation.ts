import type { DaemonCalls } from './daemon-calls.js'
import { failure } from '../../hal/failure.js'
import { MAX_REPORT_DATA_BYTES } from '../../hal/limits.js'

/** Evidence bound to the data, as JSON text in UTF-8. */
export function attest(daemon: DaemonCalls, reportData: Uint8Array): Uint8Array {
  if (reportData.length > MAX_REPORT_DATA_BYTES)
    throw failure('parameter', `report data must be at most ${MAX_REPORT_DATA_BYTES} bytes`)
  return daemon.call({ name: 'attest' }, reportData).bytes
}
