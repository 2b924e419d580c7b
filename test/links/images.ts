import { coreFixture } from '../support/fixtures.js'
import { Random } from '../support/random.js'

const leb = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]

const BLOCK_BYTES = 4096

/** `add` with a custom section of noise, of at least this many bytes. Each seed gives a different image. */
export const paddedAdd = (bytes: number, seed: number): Buffer => {
  const add = coreFixture('add')
  const noise = Buffer.alloc(Math.max(0, bytes - add.length), new Random(seed).bytes(BLOCK_BYTES))
  const name = Buffer.from([1, 'x'.charCodeAt(0)])
  return Buffer.concat([add, Buffer.from([0, ...leb(name.length + noise.length)]), name, noise])
}
