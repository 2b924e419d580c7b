import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { ValueType } from '../../types.js'
import { WavePrintError } from '../../wave/error.js'
import { printWave } from '../../wave/print.js'
import { readWave } from '../../wave/read.js'
import { enumOf, flags, list, nested, option, record, t, text, tuple, u8 } from './types.js'

const MANY = 300_000

const codeOf = (type: ValueType, written: string): string => {
  const read = readWave(type, written)
  return E.isLeft(read) ? read.left.code : 'read'
}

/**
 * Short pieces, repeated many times, with the type to read them as. An algorithm in quadratic time would take minutes
 * for each.
 */
const floods: readonly (readonly [name: string, type: ValueType, text: string, code: string])[] = [
  ['open brackets', list(u8), '['.repeat(MANY), 'unexpected-token'],
  ['open brackets for nested lists', deepList(100), '['.repeat(MANY), 'unexpected-token'],
  ['some(', nested(100, u8), 'some('.repeat(MANY), 'unexpected-token'],
  ['digits of an integer', u8, '9'.repeat(MANY), 'invalid-value'],
  ['zeros before the end of a float', t('f32'), `1.${'0'.repeat(MANY)}1`, 'read'],
  ['zeros around a tie of floats', t('f32'), `0.${'0'.repeat(MANY)}16777217e${MANY + 8}`, 'read'],
  ['backslashes', text, `"${'\\'.repeat(MANY)}"`, 'read'],
  ['backslashes without end', text, `"${'\\'.repeat(MANY)}`, 'unexpected-end'],
  ['escapes', text, `"${'\\u{1f30a}'.repeat(MANY / 10)}"`, 'read'],
  ['quotes', text, '"'.repeat(MANY), 'unexpected-token'],
  ['strings without escape before one', list(text), `[${'"abc", '.repeat(MANY / 10)}"\\n"]`, 'read'],
  ['lines', text, `"""\n${'\n'.repeat(MANY)}"""`, 'read'],
  ['lines without indent', text, `"""\n${'\n'.repeat(MANY)} """`, 'invalid-value'],
  ['comments', u8, `${'//\n'.repeat(MANY)}1`, 'read'],
  ['slashes', u8, '/'.repeat(MANY), 'unexpected-end'],
  ['white space', u8, `${' '.repeat(MANY)}1`, 'read'],
  ['a label', enumOf('a'), 'a-'.repeat(MANY), 'unknown-case'],
  ['commas', list(u8), `[1${','.repeat(MANY)}]`, 'unexpected-token'],
  ['errors at the end of lines', list(u8), `[${'1,\n'.repeat(MANY)}x]`, 'unexpected-token'],
]

function deepList(depth: number): ValueType {
  return depth === 0 ? u8 : list(deepList(depth - 1))
}

describe('a hostile text', () => {
  it.each(floods)('of %s is read or refused at once', (_name, type, written, code) => {
    expect(codeOf(type, written)).toBe(code)
  })

  it('may be a long list', () => {
    const written = `[${'7, '.repeat(MANY)}]`
    const sevens = new Uint8Array(MANY).fill(7)
    const read = readWave(list(u8), written)
    expect(E.isRight(read) && isDeepStrictEqual(read.right, sevens)).toBe(true)
    expect(printWave(list(u8), sevens) === `${written.slice(0, -3)}]`).toBe(true)
  })

  it('does not expand to more than it could hold', () => {
    const names = Array.from({ length: 100 }, (_, index) => `f${index}`)
    const fields = names.map((name) => ({ name, type: option(u8) }))
    expect(codeOf(list({ kind: 'record', fields }), `[${'{:},'.repeat(11_000)}]`)).toBe('too-large')
    expect(codeOf(list(flags(...names)), `[${'{},'.repeat(11_000)}]`)).toBe('too-large')
  })
})

describe('a hostile type', () => {
  it('is refused if it is too deep, whatever the text', () => {
    expect(codeOf(nested(127, u8), 'none')).toBe('read')
    expect(codeOf(nested(128, u8), 'none')).toBe('too-deep')
    expect(codeOf(nested(100_000, u8), 'none')).toBe('too-deep')
    expect(codeOf(list(record({ a: tuple(u8, nested(125, u8)) })), '[]')).toBe('too-deep')
  })

  it('is visited once where it is shared', () => {
    let type: ValueType = u8
    for (let level = 0; level < 120; level += 1) type = tuple(type, type)
    expect(codeOf(type, '('.repeat(200))).toBe('unexpected-token')
    expect(codeOf(list(type), '[]')).toBe('read')
    expect(printWave(list(type), [])).toBe('[]')
  })

  it('can be wide', () => {
    const wide: ValueType = { kind: 'tuple', items: Array.from({ length: 200_000 }, () => u8) }
    expect(codeOf(wide, `(${'1,'.repeat(200_000)})`)).toBe('read')
  })
})

describe('the text of a value', () => {
  it('has a limit on its length', () => {
    const type = list(text)
    expect(printWave(type, ['abc', 'd'], 12)).toBe('["abc", "d"]')
    expect(() => printWave(type, ['abc', 'd'], 11)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(() => printWave(list(u8), new Uint8Array(MANY), MANY)).toThrow(WavePrintError)
    expect(printWave(text, '\0'.repeat(MANY)).length).toBe(5 * MANY + 2)
    expect(() => printWave(text, '\0'.repeat(MANY), MANY)).toThrow(WavePrintError)
    expect(printWave(text, `a${'🌊'.repeat(MANY)}`)).toBe(`"a${'🌊'.repeat(MANY)}"`)
  })
})
