import type { Random } from '../support/random.js'

/** Extreme values of bytes, LEB128, lengths and counts. */
const EDGES = [0, 1, 2, 7, 0x0b, 0x20, 0x3f, 0x40, 0x41, 0x60, 0x7f, 0x80, 0xc0, 0xfe, 0xff] as const
const NUMBERS = [0, 1, 127, 128, 255, 65_535, 65_536, 1_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1] as const
const REPEATS = 2000

export type Mutation = (random: Random, input: Uint8Array) => Uint8Array

const splice = (input: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array => {
  const out = new Uint8Array(from + put.length + input.length - to)
  out.set(input.subarray(0, from))
  out.set(put, from)
  out.set(input.subarray(to), from + put.length)
  return out
}

/** A range of the input, mostly short. */
const piece = (random: Random, input: Uint8Array): readonly [from: number, to: number] => {
  const from = random.below(input.length + 1)
  return [from, Math.min(input.length, from + 1 + random.small(input.length))]
}

/** Unsigned LEB128, sometimes longer than necessary. */
const leb128 = (random: Random): Uint8Array => {
  const bytes: number[] = []
  let value: number = random.pick(NUMBERS)
  do {
    bytes.push((value % 128) | 0x80)
    value = Math.floor(value / 128)
  } while (value > 0)
  const last = bytes.at(-1) ?? 0
  return Uint8Array.from([...bytes.slice(0, -1), ...(random.once(4) ? [last, 0] : [last & 0x7f])])
}

/** Repeats a piece many times, sometimes as often as it fits: this reveals work that grows faster than the input. */
const repeat = (random: Random, input: Uint8Array, maxBytes: number): Uint8Array => {
  const [from, to] = piece(random, input)
  const part = input.subarray(from, to)
  if (part.length === 0 || input.length >= maxBytes) return input
  const most = Math.floor((maxBytes - input.length) / part.length)
  const times = random.once(4) ? most : Math.min(most, random.small(REPEATS))
  const all = new Uint8Array(times * part.length)
  for (let i = 0; i < times; i++) all.set(part, i * part.length)
  return splice(input, from, from, all)
}

const changed = (random: Random, input: Uint8Array, put: Uint8Array): Uint8Array => {
  const at = random.below(input.length + 1)
  return splice(input, at, random.once(2) ? at : Math.min(input.length, at + put.length), put)
}

/** One mutation: bytes are flipped, set, deleted, duplicated, moved, or replaced by a number or a word. */
export const mutateOnce = (
  random: Random,
  input: Uint8Array,
  { words, other, maxBytes }: MutationOptions,
): Uint8Array => {
  switch (random.below(words.length === 0 ? 9 : 13)) {
    case 0: {
      const out = input.slice()
      const at = random.below(out.length)
      if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8))
      return out
    }
    case 1:
      return changed(random, input, Uint8Array.of(random.pick(EDGES)))
    case 2:
      return changed(random, input, Uint8Array.of(random.u32() & 0xff))
    case 3: {
      const [from, to] = piece(random, input)
      return splice(input, from, to, new Uint8Array())
    }
    case 4: {
      const [from, to] = piece(random, input)
      const at = random.below(input.length + 1)
      return splice(input, at, at, input.subarray(from, to))
    }
    case 5:
      return changed(random, input, leb128(random))
    case 6: {
      const [from, to] = piece(random, other)
      const [start, end] = piece(random, input)
      return splice(input, start, end, other.subarray(from, to))
    }
    case 7:
      return input.subarray(0, random.below(input.length + 1))
    case 8:
      return random.once(10) ? repeat(random, input, maxBytes) : mutateByte(random, input)
    default:
      return changed(random, input, random.pick(words))
  }
}

const mutateByte = (random: Random, input: Uint8Array): Uint8Array => {
  const out = input.slice()
  const at = random.below(out.length)
  if (out.length > 0) out[at] = ((out[at] ?? 0) + random.below(5) - 2) & 0xff
  return out
}

export type MutationOptions = {
  /** Tokens of the format. */
  readonly words: readonly Uint8Array[]
  /** Another input to take pieces from. */
  readonly other: Uint8Array
  readonly maxBytes: number
}

/** One or a few mutations. */
export const mutate = (random: Random, input: Uint8Array, options: MutationOptions): Uint8Array => {
  let out = input
  for (let count = 1 + random.small(6); count > 0; count--) out = mutateOnce(random, out, options)
  return out.length > options.maxBytes ? out.subarray(0, options.maxBytes) : out
}
