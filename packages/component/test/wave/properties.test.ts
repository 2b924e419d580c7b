import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { ValueType } from '../../types.js'
import { printWave } from '../../wave/print.js'
import { readWave } from '../../wave/read.js'
import { anyType, valueOf } from './arbitrary.js'
import { t } from './types.js'

const typeAndValue = anyType.chain((type) => fc.tuple(fc.constant(type), valueOf(type)))

const readBack = (type: ValueType, written: string): unknown => {
  const read = readWave(type, written)
  if (E.isLeft(read)) throw new Error(`${written} at ${read.left.from}: ${read.left.message}`)
  return read.right
}

/** Pieces of valid texts, so that the reader gets far into a random text. */
const piece = fc.constantFrom(
  ...['[', ']', '(', ')', '{', '}', ':', ',', '"', "'", '"""', '\\', '\\u{', '\n', '  ', '//', '%', '-', '.'],
  ...[
    'true',
    'none',
    'some(',
    'ok',
    'err(',
    'nan',
    '-inf',
    '0',
    '17',
    '300',
    '1e5',
    'a',
    'b-C',
    '\ud800',
    '🌊',
  ],
)
const anyText = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
)

/** The text of a value after a piece was deleted, duplicated or inserted. */
const damaged = typeAndValue.chain(([type, value]) => {
  const written = printWave(type, value)
  const place = fc.nat({ max: written.length })
  return fc
    .tuple(place, place, anyText)
    .map(([from, to, put]): [ValueType, string] => [type, written.slice(0, from) + put + written.slice(to)])
})

const checkOutcome = (type: ValueType, written: string): void => {
  const read = readWave(type, written)
  if (E.isRight(read)) {
    const printed = printWave(type, read.right)
    expect(printWave(type, readBack(type, printed))).toBe(printed)
    return
  }
  const { from, to, line, column, message } = read.left
  expect(message).toMatch(/^expected [^]+, found [^]+$/)
  expect(0 <= from && from <= to && to <= written.length).toBe(true)
  expect(
    written
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length +
      (line > 1 ? 1 : 0) +
      column -
      1,
  ).toBe(from)
  expect(message.length).toBeLessThan(600)
}

describe('the text of any value of any type', () => {
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(typeAndValue, ([type, value]) => {
        const read = readBack(type, printWave(type, value))
        expect(isDeepStrictEqual(read, value), printWave(type, value)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('is canonical: printing it again gives the same text', () => {
    fc.assert(
      fc.property(typeAndValue, ([type, value]) => {
        const written = printWave(type, value)
        expect(printWave(type, readBack(type, written))).toBe(written)
        expect(written).not.toMatch(/[\n\t]/)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads the same with white space and comments between its tokens', () => {
    fc.assert(
      fc.property(typeAndValue, ([type, value]) => {
        const loose = spaced(printWave(type, value))
        expect(isDeepStrictEqual(readBack(type, loose), value), loose).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('any text', () => {
  it('is a value of a type, or an error with a position and a cause', () => {
    fc.assert(
      fc.property(anyType, anyText, (type, written) => checkOutcome(type, written)),
      { numRuns: 2000 },
    )
  })

  it('that was a value and was damaged is also one or the other', () => {
    fc.assert(
      fc.property(damaged, ([type, written]) => checkOutcome(type, written)),
      { numRuns: 2000 },
    )
  })
})

describe('an integer', () => {
  const kinds = ['s8', 'u8', 's16', 'u16', 's32', 'u32', 's64', 'u64'] as const

  it('is read only if it is in the range of its type', () => {
    const near = fc
      .tuple(
        fc.constantFrom(0n, 7n, 8n, 15n, 16n, 31n, 32n, 63n, 64n),
        fc.constantFrom(1n, -1n),
        fc.bigInt(-2n, 2n),
      )
      .map(([power, sign, off]) => sign * 2n ** power + off)
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.oneof(near, fc.bigInt()), (kind, integer) => {
        const bits = Number(kind.slice(1))
        const wrapped = kind.startsWith('s') ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer)
        const read = readWave(t(kind), String(integer))
        expect(E.isRight(read)).toBe(wrapped === integer)
        if (E.isRight(read)) expect(read.right).toBe(bits === 64 ? integer : Number(integer))
      }),
      { numRuns: 2000 },
    )
  })
})

/** The text of a value with white space and comments between its tokens. */
const spaced = (written: string): string =>
  written.replace(/"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|, |[[\](){}:]/g, (token) => {
    if (token === ', ') return '\t,// , ]\n '
    return /^["']/.test(token) ? token : ` ${token}\r\n`
  })
