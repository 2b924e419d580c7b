import { describe, expect, it } from 'vitest'
import { createShortener } from '../../../src/io/codecs/long-strings.js'

const LONG = 'A'.repeat(64 * 1024)
const shortened = createShortener()

const roundTrip = (json: string): { readonly parsedLength: number; readonly message: unknown } => {
  const { json: short, restore } = shortened(json)
  return { parsedLength: short.length, message: restore(JSON.parse(short) as Record<string, unknown>) }
}

describe('createShortener', () => {
  it.each([
    ['a long string', { id: 'a', file: LONG, name: 'b' }],
    ['several', { a: LONG, b: 'short', c: `${LONG}B`, d: 1 }],
    ['keys that objects have', Object.fromEntries([['__proto__', LONG]])],
    ['spaces and nesting around it', { a: { b: [1, '}'] }, file: LONG, c: [{ d: ']' }] }],
  ])('takes out %s, and puts it back', (_, message) => {
    const found = roundTrip(JSON.stringify(message, undefined, 2))
    expect(found.parsedLength).toBeLessThan(500)
    expect(found.message).toStrictEqual(message)
  })

  it.each([
    ['one with escapes', { file: `${LONG}\n` }],
    ['one that is nested', { a: { file: LONG }, b: [LONG] }],
    ['one that is a little shorter', { file: LONG.slice(1), b: 'c' }],
  ])('leaves %s', (_, message) => {
    const json = JSON.stringify(message)
    expect(shortened(json).json).toBe(json)
    expect(roundTrip(json).message).toStrictEqual(message)
  })

  it('keeps the last of equal keys', () => {
    expect(roundTrip(`{"file":"${LONG}","file":"short"}`).message).toStrictEqual({ file: 'short' })
    expect(roundTrip(`{"file":"short","file":"${LONG}"}`).message).toStrictEqual({ file: LONG })
  })

  it('puts nothing in the place of a stand-in that another shortener made', () => {
    const { json } = createShortener()(JSON.stringify({ file: LONG }))
    const foreign = JSON.parse(json) as { readonly file: string }
    const message = { name: foreign.file, file: LONG }
    expect(roundTrip(JSON.stringify(message)).message).toStrictEqual(message)
  })

  it('gives text that is no JSON to the parser as it is, but for the long strings', () => {
    for (const json of [`{"file":"${LONG}`, `{"file":"${LONG}"`, `]${LONG}`])
      expect(() => JSON.parse(shortened(json).json) as unknown).toThrow()
  })
})
