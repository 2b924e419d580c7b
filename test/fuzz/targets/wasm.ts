import { moduleLines } from '../../../src/cli/inspect/module-lines.js'
import { ComponentError } from '@proplet/component/error.js'
import { scanModule } from '@proplet/component/wasm/scan.js'
import { describeModule } from '@proplet/component/wasm/describe-module.js'
import { coreFixtures } from '../../support/fixtures.js'
import type { Random } from '../../support/random.js'
import { causeOf, type Target } from '../target.js'

const LIMITS = { memoryMaxBytes: 64 * 1024 * 1024, tableMaxElements: 100_000 }
const MAX_BYTES = 20_000

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const TYPES = [0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f, 0x63, 0x64] as const

const vector = (random: Random, item: () => readonly number[]): readonly number[] => {
  const items = Array.from({ length: random.small(6) }, item)
  return [items.length, ...items.flat()]
}

const type = (random: Random): number => random.pick(TYPES)
const name = (random: Random): readonly number[] => vector(random, () => [0x61 + random.below(26)])
const limits = (random: Random): readonly number[] => {
  const flags = random.below(10)
  return [flags, random.below(128), ...((flags & 1) === 0 ? [] : [random.below(128)])]
}
const constant = (random: Random): readonly number[] => [0x41, random.below(64), 0x0b]

const SECTIONS: ReadonlyMap<number, (random: Random) => readonly number[]> = new Map([
  [
    1,
    (random: Random) => [
      random.once(8) ? random.pick([0x4e, 0x4f, 0x50, 0x5e, 0x5f]) : 0x60,
      ...vector(random, () => [type(random)]),
      ...vector(random, () => [type(random)]),
    ],
  ],
  [
    2,
    (random: Random) => [...name(random), ...name(random), random.below(6), random.below(4), random.below(4)],
  ],
  [3, (random: Random) => [random.below(4)]],
  [4, (random: Random) => [type(random), ...limits(random)]],
  [5, limits],
  [6, (random: Random) => [type(random), random.below(3), ...constant(random)]],
  [7, (random: Random) => [...name(random), random.below(5), random.below(4)]],
  [10, (random: Random) => [2, 0, random.once(4) ? 0 : 0x0b]],
  [11, (random: Random) => [0, ...constant(random), ...name(random)]],
  [13, (random: Random) => [0, random.below(4)]],
])

const module = (random: Random): Uint8Array => {
  const sections = [...SECTIONS].filter(() => !random.once(3))
  const parts = sections.flatMap(([id, entry]) => {
    const body = vector(random, () => entry(random)).slice(0, 120)
    return [id, random.once(12) ? random.below(128) : body.length, ...body]
  })
  return Uint8Array.from([...PREAMBLE, ...parts])
}

/** The error of a reader; undefined if it accepts. */
const refusal = (read: () => unknown): ComponentError | undefined => {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof ComponentError) return error
    throw error
  }
}

const isTakenByEngine = (bytes: Uint8Array): boolean => {
  try {
    return new WebAssembly.Module(new Uint8Array(bytes)) instanceof WebAssembly.Module
  } catch {
    return false
  }
}

export const wasm: Target = {
  name: 'wasm',
  share: 200,
  maxBytes: 40_000,
  words: [],
  seeds: () => coreFixtures(MAX_BYTES),
  make: module,
  open: () =>
    Promise.resolve({
      run: (input) => {
        const described = refusal(() => [...moduleLines(describeModule(input))])
        const scanned = refusal(() => scanModule(input, LIMITS))
        // Our readers must not call malformed what the engine accepts.
        for (const failure of [described, scanned])
          if (failure?.code === 'binary' && isTakenByEngine(input))
            throw new Error(`the engine accepts what we call: ${failure.message}`)
        return described === undefined && scanned === undefined
          ? 'accepted'
          : `${causeOf(described?.message ?? 'fine')} | ${causeOf(scanned?.message ?? 'fine')}`
      },
    }),
}
