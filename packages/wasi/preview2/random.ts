import { fillRandom } from '../host/random.js'
import { trap } from './failure.js'

/** Maximum bytes of one call; the interface has no error for more. */
const MAX_RANDOM_BYTES = 64 * 2 ** 20

function randomBytes(length: bigint): Uint8Array {
  if (length > BigInt(MAX_RANDOM_BYTES))
    trap(`expected at most ${MAX_RANDOM_BYTES} random bytes to be asked for`)
  const bytes = new Uint8Array(Number(length))
  fillRandom(bytes)
  return bytes
}

const randomU64 = (): bigint => new DataView(randomBytes(8n).buffer).getBigUint64(0)

/** `wasi:random/random`. */
export const random = { getRandomBytes: randomBytes, getRandomU64: randomU64 }

/** `wasi:random/insecure`, which is just as secure here. */
export const insecure = { getInsecureRandomBytes: randomBytes, getInsecureRandomU64: randomU64 }

/** `wasi:random/insecure-seed`. */
export const insecureSeed = { insecureSeed: (): [bigint, bigint] => [randomU64(), randomU64()] }
