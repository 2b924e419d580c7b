import { failure } from '../../../hal/failure.js'
import type { RawMemory } from '../memory.js'

export const known = <T>(found: T | undefined): T => {
  if (found === undefined) throw failure('unsupported', 'not known')
  return found
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Writes JSON to `out` and its length in bytes to `outLength`; returns the length. */
export const writeJson = (memory: RawMemory, out: number, outLength: number, value: unknown): number =>
  memory.write(out, outLength, Buffer.from(JSON.stringify(value)))
