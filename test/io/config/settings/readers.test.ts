import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boolean,
  integer,
  list,
  ratio,
  topicLevel,
  withoutCredentials,
} from '../../../../src/io/config/settings/readers.js'
import { parseSize } from '../../../../src/io/config/settings/size.js'
import { nearest } from '../../../../src/io/config/nearest.js'

describe('boolean', () => {
  it.each(['true', 'TRUE', '1', 'yes', 'On'])('reads %j as true', (text) => {
    expect(boolean.read(text)).toStrictEqual(E.right(true))
  })
  it.each(['false', 'False', '0', 'no', 'OFF'])('reads %j as false', (text) => {
    expect(boolean.read(text)).toStrictEqual(E.right(false))
  })
  it.each(['', 'maybe', '2', 'y'])('refuses %j', (text) => {
    expect(boolean.read(text)).toStrictEqual(E.left('true or false (also 1, 0, yes, no, on, off)'))
  })
})

describe('size', () => {
  it.each([
    ['262144', 262_144],
    ['1b', 1],
    ['64MB', 64_000_000],
    ['256MiB', 268_435_456],
    ['256mib', 268_435_456],
    ['1.5 KiB', 1536],
    ['2GB', 2e9],
    ['1GiB', 2 ** 30],
  ])('reads %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })
  it.each(['', '-1', '1.5', '0.3KiB', '64M', '1 2', '9'.repeat(30), 'MiB', '1e3', '1constructor'])(
    'refuses %j',
    (text) => {
      expect(parseSize(text)).toBeNaN()
    },
  )
  it('returns only whole numbers', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.]{0,20} ?[a-zA-Z]{0,4}$/), (text) => {
        const bytes = parseSize(text)
        expect(Number.isNaN(bytes) || Number.isSafeInteger(bytes)).toBe(true)
      }),
    )
  })
})

describe('integer', () => {
  it.each(['', '-1', '1.0', '1e1', '0x1', ' ', '99', 'Infinity'])('refuses %j', (text) => {
    expect(integer(0, 10).read(text)).toStrictEqual(E.left('a whole number from 0 to 10'))
  })
  it('accepts both ends', () => {
    expect(integer(0, 10).read('0')).toStrictEqual(E.right(0))
    expect(integer(0, 10).read(' 10 ')).toStrictEqual(E.right(10))
  })
})

it.each([
  ['0', true],
  ['1', true],
  ['.5', true],
  ['1.1', false],
  ['-0.1', false],
  ['x', false],
])('a ratio %j fits: %s', (text, fits) => {
  expect(E.isRight(ratio.read(text))).toBe(fits)
})

it.each(['a/b', 'a+b', 'a#', 'a b', 'a\0', 'a\n', 'x'.repeat(257)])('a topic level refuses %j', (text) => {
  expect(E.isLeft(topicLevel.read(text))).toBe(true)
})

it('a list drops empty items and accepts arrays unchanged', () => {
  const words = list(',', (item) => item !== 'bad', 'good words')
  expect(words.read(' a ,, b,')).toStrictEqual(E.right(['a', 'b']))
  expect(words.read(['a,b', 'c'])).toStrictEqual(E.right(['a,b', 'c']))
  expect(words.read('a,bad')).toStrictEqual(E.left('good words'))
})

it('hides credentials of any URL', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9:/@?#]{1,20}$/), (secret) => {
      expect(withoutCredentials(`https://SECRET${secret}@host/x`)).not.toContain('SECRET')
    }),
  )
})

it('suggests a similar name, and none for a different one', () => {
  const names = ['PROPLET_MQTT_QOS', 'PROPLET_MQTT_ADDRESS']
  expect(nearest('PROPLET_MQT_QOS', names)).toBe('PROPLET_MQTT_QOS')
  expect(nearest('PROPLET_SOMETHING_ELSE', names)).toBeUndefined()
  expect(nearest('x'.repeat(10_000), names)).toBeUndefined()
})
