import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { float32Of, float32Text, float64Of, float64Text } from '../../wave/numbers.js'

/** The digits of 2^-150, half of the smallest f32. */
const HALF_OF_SMALLEST = String(5n ** 150n)

describe('floats as text', () => {
  it.each([
    [0.1, '0.1'],
    [1e21, '1000000000000000000000'],
    [-1.5e-7, '-0.00000015'],
    [123456.789, '123456.789'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}`],
  ])('writes the f64 %d', (value, written) => {
    expect(float64Text(value)).toBe(written)
  })

  it.each([
    [0.1, '0.1'],
    [16777216, '16777216'],
    [-3.1415, '-3.1415'],
    [3.4028234663852886e38, '340282350000000000000000000000000000000'],
    [1.401298464324817e-45, '0.000000000000000000000000000000000000000000001'],
    // powers of two, where the shortest text is not the nearest decimal of that length
    [2 ** -96, '0.000000000000000000000000000012621775'],
    [2 ** 87, '154742510000000000000000000'],
    [-(2 ** 90), '-1237940100000000000000000000'],
  ])('writes the f32 %d', (value, written) => {
    expect(float32Text(Math.fround(value))).toBe(written)
  })

  it.each([
    ['1.00000017881393432617187499', 1.00000011920928955078125],
    ['1.000000178813934326171875', 1.0000002384185791015625],
    ['1.000000178813934326171875000', 1.0000002384185791015625],
    ['1.00000017881393432617187501', 1.0000002384185791015625],
    ['-100000017881393432617187499e-26', -1.00000011920928955078125],
    ['0.00000000000000100000017881393432617187499E+15', 1.00000011920928955078125],
    ['340282356779733661637539395458142568447', 3.4028234663852886e38],
    ['340282356779733661637539395458142568448', Infinity],
    ['-340282356779733661637539395458142568448', -Infinity],
    [`${HALF_OF_SMALLEST}e-150`, 0],
    [`-${HALF_OF_SMALLEST}e-150`, -0],
    [`${HALF_OF_SMALLEST}1e-151`, 1.401298464324817e-45],
    ['16777217', 16777216],
    ['16777217.0000000000000000000001', 16777218],
    ['16777219', 16777220],
    ['16777218.99999999999999999999', 16777218],
  ])('reads %s as f32', (written, value) => {
    expect(float32Of(written)).toBe(value)
  })

  it('reads every f32 back from the shortest text', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const written = float32Text(value)
        expect(written).not.toContain('e')
        expect(float32Of(written)).toBe(value)
        expect(isShortest(value, digitsOf(written).length)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads every f64 back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const written = float64Text(value)
        expect(written).not.toContain('e')
        expect(float64Of(written)).toBe(value)
      }),
    )
  })
})

const digitsOf = (written: string): string =>
  written.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '')

/** Whether no decimal with fewer digits reads back as the same f32. */
const isShortest = (value: number, digits: number): boolean => {
  if (digits <= 1) return true
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 2).split('e')
  const nearest = Number(mantissa.replace('.', ''))
  const scale = Number(exponent) - (digits - 2)
  return [nearest - 1, nearest, nearest + 1].every(
    (other) => Math.fround(Number(`${other}e${scale}`)) !== value,
  )
}
