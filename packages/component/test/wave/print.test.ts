import { describe, expect, it } from 'vitest'
import { WavePrintError } from '../../wave/error.js'
import { printWave } from '../../wave/print.js'
import type { ValueType } from '../../types.js'
import {
  enumOf,
  fixed,
  flags,
  list,
  nested,
  option,
  record,
  result,
  t,
  text,
  tuple,
  u32,
  u8,
  variant,
} from './types.js'

const point = record({ x: u8, 'y-AXIS': option(u8) })
const shape = variant({ empty: undefined, circle: t('f64'), none: undefined, err: text })
const loose = record({ a: option(u8), b: option(option(u8)) })
const perms = flags('read', 'write-ALL', 'ok')

type Row = readonly [name: string, type: ValueType, value: unknown, text: string]

const rows: readonly Row[] = [
  ['true', t('bool'), true, 'true'],
  ['false', t('bool'), false, 'false'],
  ['an integer', u8, 255, '255'],
  ['a negative integer', t('s32'), -2147483648, '-2147483648'],
  ['an integer of -0', t('s32'), -0, '0'],
  ['a large integer', t('u64'), 18446744073709551615n, '18446744073709551615'],
  ['a whole float', t('f64'), 7, '7'],
  ['0', t('f32'), 0, '0'],
  ['-0', t('f32'), -0, '-0'],
  ['nan', t('f32'), NaN, 'nan'],
  ['inf', t('f64'), Infinity, 'inf'],
  ['-inf', t('f64'), -Infinity, '-inf'],
  ['a char', t('char'), 'x', "'x'"],
  ['a char of two code units', t('char'), '🌊', "'🌊'"],
  ['quotes', list(t('char')), ["'", '"'], String.raw`['\'', '\"']`],
  ['a string', text, 'a☃é', '"a☃é"'],
  ['escapes', text, '\\\'"\t\n\r', String.raw`"\\\'\"\t\n\r"`],
  [
    'control characters',
    text,
    '\0\u0007\u001f\u007f\u0085\u009f\u00a0',
    '"\\u{0}\\u{7}\\u{1f}\\u{7f}\\u{85}\\u{9f}\u00a0"',
  ],
  ['a list', list(text), ['a', 'b'], '["a", "b"]'],
  ['an empty list', list(text), [], '[]'],
  ['a typed array', list(u8), Uint8Array.of(1, 2), '[1, 2]'],
  ['an empty typed array', list(u8), Uint8Array.of(), '[]'],
  ['a Buffer', list(u8), Buffer.from([1, 2]), '[1, 2]'],
  ['a list of numbers as an array', list(u8), [1, 2], '[1, 2]'],
  ['a typed array of large integers', list(t('s64')), BigInt64Array.of(-1n, 2n), '[-1, 2]'],
  ['a typed array of floats', list(t('f32')), Float32Array.of(0.1, NaN), '[0.1, nan]'],
  ['a list of fixed length', fixed(u8, 2), [1, 2], '[1, 2]'],
  ['a tuple', tuple(text, u8), ['abc', 1], '("abc", 1)'],
  ['a tuple of one', tuple(u8), [1], '(1)'],
  ['a record', point, { yAxis: 2, x: 1 }, '{x: 1, y-AXIS: some(2)}'],
  ['a record with a field that is none', point, { x: 1, yAxis: undefined }, '{x: 1}'],
  ['a record without a field that is none', point, { x: 1 }, '{x: 1}'],
  ['a record with nothing but none', loose, { a: undefined, b: { tag: 'none' } }, '{:}'],
  ['a record with some of none', loose, { b: { tag: 'some', val: undefined } }, '{b: some(none)}'],
  ['a field that any object inherits', record({ constructor: option(u8) }), {}, '{:}'],
  ['a field with the name of a keyword', record({ ok: u8 }), { ok: 1 }, '{ok: 1}'],
  ['a case', shape, { tag: 'empty' }, 'empty'],
  ['a case with payload', shape, { tag: 'circle', val: 1.5 }, 'circle(1.5)'],
  ['a case with the name of a keyword', shape, { tag: 'none' }, '%none'],
  ['a case with the name of a keyword and payload', shape, { tag: 'err', val: 'e' }, '%err("e")'],
  ['an enum', enumOf('red', 'ok'), 'red', 'red'],
  ['an enum with the name of a keyword', enumOf('red', 'ok'), 'ok', '%ok'],
  ['none', option(u8), undefined, 'none'],
  ['some', option(u8), 0, 'some(0)'],
  ['none of an option', option(option(u8)), { tag: 'none' }, 'none'],
  ['some of none', option(option(u8)), { tag: 'some', val: undefined }, 'some(none)'],
  ['some of some', option(option(u8)), { tag: 'some', val: 1 }, 'some(some(1))'],
  ['three options, none', nested(3, u8), undefined, 'none'],
  ['three options, some of none', nested(3, u8), { tag: 'none' }, 'some(none)'],
  ['three options, all some', nested(3, u8), { tag: 'some', val: 1 }, 'some(some(some(1)))'],
  ['ok', result(), { tag: 'ok' }, 'ok'],
  ['ok with payload', result(u8), { tag: 'ok', val: 1 }, 'ok(1)'],
  ['err with payload', result(u8, text), { tag: 'err', val: 'no' }, 'err("no")'],
  ['flags', perms, { ok: true, writeAll: false, read: true }, '{read, ok}'],
  ['no flags', perms, {}, '{}'],
]

type Refusal = readonly [type: ValueType, value: unknown, code: WavePrintError['code'], message: string]

const refusals: readonly Refusal[] = [
  [t('bool'), 1, 'invalid-value', 'expected a boolean (bool), found a value of type number'],
  [u8, 256, 'invalid-value', 'expected an integer from 0 to 255 (u8), found a value of type number'],
  [
    u8,
    1.5,
    'invalid-value',
    'expected an integer from 0 to 255 (u8) as a number, found a value of type number',
  ],
  [
    u8,
    1n,
    'invalid-value',
    'expected an integer from 0 to 255 (u8) as a number, found a value of type bigint',
  ],
  [
    t('u64'),
    1,
    'invalid-value',
    'expected an integer from 0 to 18446744073709551615 (u64) as a bigint, found a value of type number',
  ],
  [t('f32'), '1', 'invalid-value', 'expected a number (f32), found a value of type string'],
  [
    t('char'),
    'ab',
    'invalid-value',
    'expected a string of one character (char), found a value of type string',
  ],
  [t('char'), '\ud800', 'invalid-value', 'expected Unicode text, found half of a surrogate pair'],
  [text, 'a\udc00', 'invalid-value', 'expected Unicode text, found half of a surrogate pair'],
  [text, null, 'invalid-value', 'expected a string, found null'],
  [list(u8), 'ab', 'invalid-value', 'expected a list as an array, found a value of type string'],
  [
    list(u8),
    Float64Array.of(1.5),
    'invalid-value',
    'expected an integer from 0 to 255 (u8) as a number, found a value of type number',
  ],
  [fixed(u8, 2), [1], 'invalid-value', 'expected a list of 2, found 1'],
  [tuple(u8, u8), [1], 'invalid-value', 'expected a tuple of 2, found 1'],
  [
    point,
    [],
    'invalid-value',
    'expected an integer from 0 to 255 (u8) as a number, found a value of type undefined',
  ],
  [point, 1, 'invalid-value', 'expected a record as an object, found a value of type number'],
  [
    shape,
    { tag: 'square' },
    'invalid-value',
    'expected a case of its type as `{ tag, val }`, found a value of type object',
  ],
  [
    shape,
    'empty',
    'invalid-value',
    'expected a case of its type as `{ tag, val }`, found a value of type string',
  ],
  [enumOf('red'), 'blue', 'invalid-value', 'expected `red`, found a value of type string'],
  [
    option(option(u8)),
    1,
    'invalid-value',
    'expected an option as `{ tag, val }`, found a value of type number',
  ],
  [perms, 'read', 'invalid-value', 'expected flags as an object, found a value of type string'],
  [perms, { read: 1 }, 'invalid-value', 'expected a flag as a boolean, found a value of type number'],
  [
    { kind: 'own', resource: 'blob' },
    {},
    'unsupported-type',
    'expected a type that has a text form, found `own<blob>`, which has none',
  ],
  [
    option({ kind: 'stream', element: u8 }),
    {},
    'unsupported-type',
    'expected a type that has a text form, found `stream`, which has none',
  ],
  [nested(128, u8), undefined, 'too-deep', 'expected a type of at most 128 levels, found a deeper one'],
]

describe('printing a value', () => {
  it.each(rows)('prints %s', (_name, type, value, written) => {
    expect(printWave(type, value)).toBe(written)
  })

  it('prints every element of a list of numbers, however long', () => {
    const numbers = Uint32Array.from({ length: 10_000 }, (_, index) => index)
    expect(printWave(list(u32), numbers)).toBe(`[${Array.from(numbers).join(', ')}]`)
  })

  it.each(refusals)('refuses a value of the wrong type, row %#', (type, value, code, message) => {
    expect(() => printWave(type, value)).toThrow(WavePrintError)
    expect(() => printWave(type, value)).toThrow(expect.objectContaining({ code, message }))
  })
})
