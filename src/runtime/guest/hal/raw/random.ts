import { MAX_RANDOM_BYTES } from '../../../hal/limits.js'
import { randomBytes } from '../random.js'
import type { RawMemory } from '../memory.js'
import type { N, RawInterface } from './interface.js'
import { writeJson } from './values.js'

export const rawRandom = (memory: RawMemory): RawInterface => {
  const random = (length: N, out: N, outLength: N) => {
    memory.check([out, Math.min(length, MAX_RANDOM_BYTES)])
    return memory.write(out, outLength, randomBytes(length))
  }
  return {
    'get-random-bytes': ['iii', random],
    'get-secure-random': ['iii', random],
    'get-entropy-info': [
      'ii',
      (out: N, outLength: N) =>
        writeJson(memory, out, outLength, {
          source: 'platform',
          quality: 255,
          available_bytes: MAX_RANDOM_BYTES,
        }),
    ],
    // The system's generator needs no reseeding.
    reseed: ['ii', (p: N, n: N) => memory.check([p, n])],
  }
}
