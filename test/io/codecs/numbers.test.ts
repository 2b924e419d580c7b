import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemTexts } from '../../../src/io/codecs/json.js'
import { numberText } from '../../../src/io/codecs/numbers.js'

describe('numberText', () => {
  it.each([
    ['10', '10'],
    ['-7', '-7'],
    ['9007199254740993', '9007199254740993'],
    ['18446744073709551615', '18446744073709551615'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615.0', '18446744073709551615'],
    ['9.007199254740993e15', '9007199254740993'],
    ['1e3', '1000'],
    ['1E+3', '1000'],
    ['1.0', '1'],
    ['120.00', '120'],
    ['-0', '-0'],
    ['-0.0', '-0'],
    ['0.00', '0'],
    ['0e99', '0'],
    ['0.5', '0.5'],
    ['2.50', '2.5'],
    ['1.5e-7', '1.5e-7'],
    ['0.00000015', '1.5e-7'],
    ['1e21', '1e+21'],
    ['3.14159265358979323846', '3.14159265358979323846'],
    ['1e-400', '1e-400'],
  ])('gives %s as %s', (token, text) => {
    expect(numberText(token)).toBe(text)
  })

  it.each(['1e400', '-1e309', `1${'0'.repeat(400)}`, `0.${'1'.repeat(1100)}`])('refuses %s', (token) => {
    expect(numberText(token)).toBeUndefined()
  })

  it('keeps every double and every 64-bit integer', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
        expect(Number(numberText(Object.is(n, -0) ? '-0' : JSON.stringify(n)))).toBe(n)
      }),
    )
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }), (n) => {
        expect(numberText(String(n))).toBe(String(n))
      }),
    )
  })
})

describe('itemTexts', () => {
  it.each([
    ['{"inputs":[1, 2.0 ,"a,]\\"[",null,[3,{"x":[4]}],{"inputs":[5]}]}', 6],
    ['{"inputs":[]}', 0],
    ['{"inputs":[ ]}', 0],
    ['{"a":{"inputs":[1]},"b":[[2]]}', 0],
    ['{"inputs":[1],"inputs":[2,3]}', 2],
    ['{"inputs":[1],"inputs":7}', 0],
    ['{"in\\u0070uts":[1]}', 1],
    ['{"a":"inputs","b":[1],"inputs":[2]}', 1],
    ['{"a\\\\":"\\\\","inputs":[2]}', 1],
    ['{"x":"\\"inputs\\":[9]","inputs":[2]}', 1],
  ])('finds those of %s', (json, count) => {
    expect(itemTexts(json, 'inputs')).toHaveLength(count)
  })

  it('agrees with JSON.parse on any object', () => {
    const inputs = fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue())
    const object = fc.tuple(
      fc.dictionary(fc.string(), fc.jsonValue()),
      inputs,
      fc.constantFrom(undefined, 1, '\t'),
    )
    fc.assert(
      fc.property(object, ([rest, value, space]) => {
        const json = JSON.stringify({ ...rest, inputs: value }, null, space)
        const expected: unknown[] = Array.isArray(value) ? value : []
        const found = itemTexts(json, 'inputs').map((item) => JSON.parse(item) as unknown)
        expect(JSON.stringify(found)).toBe(JSON.stringify(expected))
      }),
      { numRuns: 1000 },
    )
  })
})
