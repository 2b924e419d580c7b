import { fillRandom } from '@proplet/wasi/host/random.js'
import { failure } from '../../hal/failure.js'
import { MAX_RANDOM_BYTES } from '../../hal/limits.js'

/** Uses the system's generator. */
export function randomBytes(length: number): Uint8Array {
  if (length > MAX_RANDOM_BYTES) throw failure('parameter', 'Requested random data too large (max 1MB)')
  const bytes = new Uint8Array(length)
  fillRandom(bytes)
  return bytes
}
