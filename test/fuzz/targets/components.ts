import { createHash } from 'node:crypto'
import { Budget } from '../../../src/cli/inspect/budget.js'
import { componentJson } from '../../../src/cli/inspect/component-json.js'
import { componentLines } from '../../../src/cli/inspect/component-lines.js'
import { decodeComponent } from '@proplet/component/binary/decode.js'
import { describe } from '@proplet/component/describe/describe.js'
import { prepareComponent } from '@proplet/component/link/prepare.js'
import { compileModule, type Bytes, type CompiledModule } from '@proplet/component/wasm/compile.js'
import { ComponentError } from '@proplet/component/error.js'
import {
  component,
  name,
  nested,
  section,
  types,
  vec,
  type Part,
} from '../../../packages/component/test/binary/encode.js'
import { componentFixtures } from '../../support/fixtures.js'
import type { Random } from '../../support/random.js'
import { causeOf, type Target } from '../target.js'

const LIMITS = { memoryMaxBytes: 64 * 1024 * 1024, tableMaxElements: 100_000 }
const MAX_BYTES = 40_000
const MAX_COMPILED = 100

const PRIMITIVES = [
  0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x7a, 0x79, 0x78, 0x77, 0x76, 0x75, 0x74, 0x73, 0x64,
] as const

/** A primitive type, or a low type index. */
const valueType = (random: Random): Part => [random.once(2) ? random.pick(PRIMITIVES) : random.below(8)]
const label = (random: Random): Part =>
  name(random.pick(['a', 'b', 'a-b', 'A', 'constructor', '', 'a:b/c@1.0.0']))
const several = (random: Random, item: () => Part): Part =>
  vec(...Array.from({ length: random.small(5) }, item))

const definition = (random: Random): Part => {
  switch (random.below(12)) {
    case 0:
      return [0x72, several(random, () => [label(random), valueType(random)])]
    case 1:
      return [0x71, several(random, () => [label(random), random.once(2) ? [0] : [1, valueType(random)], 0])]
    case 2:
      return [0x70, valueType(random)]
    case 3:
      return [0x6f, several(random, () => valueType(random))]
    case 4:
      return [0x6e, several(random, () => label(random))]
    case 5:
      return [0x6d, several(random, () => label(random))]
    case 6:
      return [0x6b, valueType(random)]
    case 7:
      return [
        0x6a,
        random.once(2) ? [0] : [1, valueType(random)],
        random.once(2) ? [0] : [1, valueType(random)],
      ]
    case 8:
      return [
        0x40,
        several(random, () => [label(random), valueType(random)]),
        random.once(2) ? [0x00, valueType(random)] : [0x01, 0x00],
      ]
    case 9:
      return [0x42, several(random, () => [0x01, definition(random)])]
    case 10:
      return [0x3f, 0x7f, 0x00]
    default:
      return [random.pick(PRIMITIVES)]
  }
}

const made = (random: Random): Uint8Array => {
  const part = (depth: number): Part => {
    switch (random.below(depth > 3 ? 4 : 6)) {
      case 0:
        return section(
          11,
          several(random, () => [0, label(random), random.below(6), random.below(6), 0]),
        )
      case 1:
        return section(
          10,
          several(random, () => [0, label(random), random.below(6), random.below(6)]),
        )
      case 2:
        return section(
          6,
          several(random, () => [random.below(6), random.below(4), random.below(3), random.below(4)]),
        )
      case 3:
        return section(
          5,
          several(random, () => [0, random.below(4), vec()]),
        )
      case 4:
        return section(4, nested(part(depth + 1), part(depth + 1)))
      default:
        return types(...Array.from({ length: random.small(6) }, () => definition(random)))
    }
  }
  return component(...Array.from({ length: 1 + random.small(8) }, () => part(0)))
}

/** Each module is compiled once, because the engine is not under test. */
const compiler = (): ((bytes: Bytes) => CompiledModule) => {
  const compiled = new Map<string, CompiledModule>()
  return (bytes) => {
    const digest = createHash('sha1').update(bytes).digest('base64')
    const done = compiled.get(digest) ?? compileModule(bytes, LIMITS)
    if (compiled.size >= MAX_COMPILED) compiled.clear()
    compiled.set(digest, done)
    return done
  }
}

export const components: Target = {
  name: 'components',
  // It runs in the process of the guest.
  maxMs: 100,
  share: 150,
  maxBytes: 80_000,
  words: ['wasi:cli/run@0.2.6', 'wasi:http/incoming-handler@0.2.6', 'a:b/c'],
  seeds: () => componentFixtures(MAX_BYTES),
  make: made,
  open: () => {
    const compile = compiler()
    return Promise.resolve({
      run: (input) => {
        const bytes = new Uint8Array(input)
        try {
          const description = describe(decodeComponent(bytes))
          for (const line of componentLines(description))
            if (line.length > 10_000) throw new Error(`a line of ${line.length} characters`)
          JSON.stringify(componentJson(description, new Budget()))
          prepareComponent(bytes, { limits: LIMITS, compile })
          return 'accepted'
        } catch (error) {
          if (error instanceof ComponentError) return causeOf(error.message)
          throw error
        }
      },
    })
  },
}
