import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { ValueType } from '@proplet/component/types.js'
import { printWave } from '@proplet/component/wave/print.js'
import { readWave } from '@proplet/component/wave/read.js'
import { parseWaveCall } from '../../../src/cli/exec/wave-call.js'
import { anyType, valueOf } from '../../../packages/component/test/wave/arbitrary.js'
import type { Random } from '../../support/random.js'
import { causeOf, textOf, utf8, type Target } from '../target.js'

/** The number of types that the first byte of an input selects from. */
const TYPES = 256
/** The seed of fast-check, so that the types are the same in each run. */
const SEED = 5

const types: readonly ValueType[] = fc.sample(anyType, { seed: SEED, numRuns: TYPES })

const written = (type: ValueType, seed: number): string => {
  const [value] = fc.sample(valueOf(type), { seed, numRuns: 1 })
  return printWave(type, value)
}

const typeOf = (input: Uint8Array): ValueType => types[input[0] ?? 0] ?? { kind: 'bool' }

/** Brackets, labels and literals, in a valid order more often than not. */
const madeText = (random: Random, depth = 0): string => {
  const inner = () => madeText(random, depth + 1)
  const list = () => Array.from({ length: random.small(5) }, inner).join(random.once(8) ? ',,' : ', ')
  switch (random.below(depth > 4 ? 5 : 10)) {
    case 0:
      return random.pick(['true', 'none', 'nan', '-inf', '%none', 'a-b', 'A1', 'ok', 'err'])
    case 1:
      return random.pick(['0', '-1', '256', '1e999', '-0', '0.1', '18446744073709551616', '1e-400'])
    case 2:
      return random.pick(["'a'", "'\\u{d800}'", "'\\''", '"\\u{1f30a}"', '"\\n"', '"""\n a\n """'])
    case 3:
      return `"${'\\t'.repeat(random.small(9))}"`
    case 4:
      return `// ${random.u32()}\n${random.below(300)}`
    case 5:
      return `[${list()}]`
    case 6:
      return `(${list()})`
    case 7:
      return `{${Array.from({ length: random.small(4) }, () => `a: ${inner()}`).join(', ')}}`
    case 8:
      return `some(${inner()})`
    default:
      return `${random.pick(['ok', 'err', 'some', 'b'])}(${inner()})`
  }
}

export const wave: Target = {
  name: 'wave',
  share: 150,
  maxBytes: 50_000,
  words: ['"""', '//', '\n', '%', 'some(', 'none', 'ok(', 'err', '{:}', '\\u{', 'nan', '-inf', '1e308', ', '],
  seeds: () => types.map((type, index) => Uint8Array.from([index, ...utf8(written(type, index))])),
  make: (random) => Uint8Array.from([random.below(TYPES), ...utf8(madeText(random))]),
  open: () =>
    Promise.resolve({
      run: (input) => {
        const type = typeOf(input)
        const text = textOf(input.subarray(1))
        parseWaveCall(`f(${text})`)
        const read = readWave(type, text)
        if (E.isLeft(read)) return `${type.kind} ${read.left.code} ${causeOf(read.left.message)}`
        // a value that was read can be printed and read again
        const printed = printWave(type, read.right)
        const again = readWave(type, printed)
        if (E.isLeft(again) || printWave(type, again.right) !== printed)
          throw new Error(`does not read back: ${printed}`)
        return 'accepted'
      },
    }),
}
