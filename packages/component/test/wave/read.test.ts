import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { readWave } from '../../wave/read.js'
import type { ValueType } from '../../types.js'
import {
  enumOf,
  fixed,
  flags,
  list,
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
const shape = variant({ empty: undefined, circle: t('f64'), none: undefined, err: text, 'foo-HTTP': u8 })
const loose = record({ a: option(u8), b: option(option(u8)) })

type Row = readonly [name: string, type: ValueType, text: string, value: unknown]

const rows: readonly Row[] = [
  ['true', t('bool'), 'true', true],
  ['false', t('bool'), 'false', false],
  ['an integer', u8, '7', 7],
  ['the largest u8', u8, '255', 255],
  ['the smallest s8', t('s8'), '-128', -128],
  ['the largest s8', t('s8'), '127', 127],
  ['the largest u16', t('u16'), '65535', 65535],
  ['the smallest s16', t('s16'), '-32768', -32768],
  ['the largest u32', u32, '4294967295', 4294967295],
  ['the smallest s32', t('s32'), '-2147483648', -2147483648],
  ['the largest u64', t('u64'), '18446744073709551615', 18446744073709551615n],
  ['the smallest s64', t('s64'), '-9223372036854775808', -9223372036854775808n],
  ['the largest s64', t('s64'), '9223372036854775807', 9223372036854775807n],
  ['an integer of -0', u8, '-0', 0],
  ['a whole float', t('f64'), '7', 7],
  ['a float', t('f64'), '-3.25', -3.25],
  ['a float with an exponent', t('f64'), '6.022e+23', 6.022e23],
  ['a float with a capital exponent', t('f64'), '1E-2', 0.01],
  ['-0', t('f64'), '-0', -0],
  ['nan', t('f32'), 'nan', NaN],
  ['inf', t('f64'), 'inf', Infinity],
  ['-inf', t('f64'), '-inf', -Infinity],
  ['a float that is too large', t('f64'), '1e400', Infinity],
  ['a float that is too small', t('f64'), '-1e-400', -0],
  ['an f32 that is rounded', t('f32'), '0.1', Math.fround(0.1)],
  ['an f32 that is too large', t('f32'), '-1e39', -Infinity],
  ['an f32 that is too small', t('f32'), '1e-50', 0],
  ['a char', t('char'), "'x'", 'x'],
  ['a char of two code units', t('char'), "'🌊'", '🌊'],
  ['a double quote as char', t('char'), `'"'`, '"'],
  [
    'chars that are escaped',
    list(t('char')),
    String.raw`['\'', '\"', '\\', '\t', '\n', '\r', '\u{0}', '\u{10FfFf}']`,
    ["'", '"', '\\', '\t', '\n', '\r', '\0', '\u{10ffff}'],
  ],
  ['the longest escape', t('char'), String.raw`'\u{00263a}'`, '☺'],
  ['a string', text, '"abc"', 'abc'],
  ['an empty string', text, '""', ''],
  ['a string with escapes', text, String.raw`"\\\'\"\t\n\r\u{2603}'"`, "\\'\"\t\n\r☃'"],
  ['a string with what looks like tokens', text, '"a // b, {c}"', 'a // b, {c}'],
  ['lines', text, '"""\nA single line\n"""', 'A single line'],
  ['no lines', text, '"""\n"""', ''],
  ['no lines, indented', text, '"""\n   """', ''],
  ['lines with an indent', text, '"""\n    one\n      two\n  """', '  one\n    two'],
  ['lines that end in CR LF', text, '"""\r\n  one\r\n  two\r\n  """', 'one\ntwo'],
  ['lines with a CR that is kept', text, '"""\none \\r\ntwo\\r\n"""', 'one \r\ntwo\r'],
  ['empty lines', text, '"""\n\nmiddle\n\n"""', '\nmiddle\n'],
  ['lines with quotes and escapes', text, '"""\n"" \'""\\""\\u{21}\n"""', '"" \'""""!'],
  ['a list', list(text), '["a", "b"]', ['a', 'b']],
  ['a list with a trailing comma', list(t('bool')), '[true, false,]', [true, false]],
  ['an empty list', list(text), '[]', []],
  [
    'a list of lists',
    list(list(u8)),
    '[[1], [], [2, 3]]',
    [Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)],
  ],
  ['a list of fixed length', fixed(u8, 2), '[1, 2]', [1, 2]],
  ['s8s', list(t('s8')), '[-1]', Int8Array.of(-1)],
  ['u8s', list(t('u8')), '[]', Uint8Array.of()],
  ['s16s', list(t('s16')), '[-1]', Int16Array.of(-1)],
  ['u16s', list(t('u16')), '[1]', Uint16Array.of(1)],
  ['s32s', list(t('s32')), '[-1]', Int32Array.of(-1)],
  ['u32s', list(t('u32')), '[1]', Uint32Array.of(1)],
  ['s64s', list(t('s64')), '[-1]', BigInt64Array.of(-1n)],
  ['u64s', list(t('u64')), '[1]', BigUint64Array.of(1n)],
  ['f32s', list(t('f32')), '[0.1, nan]', Float32Array.of(0.1, NaN)],
  ['f64s', list(t('f64')), '[0.1, -inf]', Float64Array.of(0.1, -Infinity)],
  ['a tuple', tuple(text, u8), '("abc", 123)', ['abc', 123]],
  ['a tuple with a trailing comma', tuple(u8), '(1,)', [1]],
  ['a record', point, '{x: 1, y-AXIS: some(2)}', { x: 1, yAxis: 2 }],
  ['a record in another order', point, '{y-AXIS: 2, x: 1,}', { x: 1, yAxis: 2 }],
  ['a record with a field left out', point, '{x: 1}', { x: 1, yAxis: undefined }],
  ['a record with a field that is none', point, '{%x: 1, %y-AXIS: none}', { x: 1, yAxis: undefined }],
  ['a record with all fields left out', loose, '{:}', { a: undefined, b: { tag: 'none' } }],
  [
    'a record with a name of every object',
    record({ constructor: option(u8) }),
    '{:}',
    { constructor: undefined },
  ],
  ['a field with the name of a keyword', record({ ok: u8 }), '{ok: 1}', { ok: 1 }],
  ['a case', shape, 'empty', { tag: 'empty' }],
  ['a case with payload', shape, 'circle(0.5)', { tag: 'circle', val: 0.5 }],
  ['a case with a %', shape, '%circle(1)', { tag: 'circle', val: 1 }],
  ['a case with the name of a keyword', shape, '%none', { tag: 'none' }],
  ['a case with the name of a keyword and payload', shape, '%err("e")', { tag: 'err', val: 'e' }],
  ['a case with an acronym', shape, 'foo-HTTP(1)', { tag: 'foo-HTTP', val: 1 }],
  ['an enum', enumOf('red', 'dark-blue', 'ok'), 'dark-blue', 'dark-blue'],
  ['an enum with the name of a keyword', enumOf('red', 'ok'), '%ok', 'ok'],
  ['none', option(u8), 'none', undefined],
  ['some', option(u8), 'some(1)', 1],
  ['a bare some', option(u8), '1', 1],
  ['a bare some of a case named none', option(shape), '%none', { tag: 'none' }],
  ['none of an option', option(option(u8)), 'none', { tag: 'none' }],
  ['some of none', option(option(u8)), 'some(none)', { tag: 'some', val: undefined }],
  ['some of some', option(option(u8)), 'some(some(1))', { tag: 'some', val: 1 }],
  ['some of a bare value', option(option(u8)), 'some(1)', { tag: 'some', val: 1 }],
  ['three options, none', option(option(option(u8))), 'none', undefined],
  ['three options, some of none', option(option(option(u8))), 'some(none)', { tag: 'none' }],
  ['three options, all some', option(option(option(u8))), 'some(some(1))', { tag: 'some', val: 1 }],
  ['ok', result(), 'ok', { tag: 'ok' }],
  ['err', result(), 'err', { tag: 'err' }],
  ['ok with payload', result(u8, text), 'ok(1)', { tag: 'ok', val: 1 }],
  ['err with payload', result(u8, text), 'err("no")', { tag: 'err', val: 'no' }],
  ['a bare ok', result(u8, text), '1', { tag: 'ok', val: 1 }],
  ['ok of none', result(option(u8)), 'ok(none)', { tag: 'ok', val: undefined }],
  ['flags', flags('read', 'write-ALL', 'ok'), '{ok, %read,}', { read: true, writeAll: false, ok: true }],
  ['no flags', flags('read', 'write'), '{}', { read: false, write: false }],
  ['white space and comments', point, ' \t{ // a\r\n x :\n1 // b }\n } // end', { x: 1, yAxis: undefined }],
  ['a comment before', u8, '// one\n//\n1', 1],
  ['space before a payload', shape, 'circle ( 1 )', { tag: 'circle', val: 1 }],
]

describe('reading a value', () => {
  it.each(rows)('reads %s', (_name, type, written, value) => {
    expect(readWave(type, written)).toEqual(E.right(value))
  })

  it('makes every field an own property, whatever its name', () => {
    const names = ['constructor', 'to-string', '__proto__', 'has-own-property']
    const type: ValueType = { kind: 'record', fields: names.map((name) => ({ name, type: option(u8) })) }
    const read = readWave(type, '{constructor: 1}')
    expect(E.isRight(read) && Object.entries(read.right as object)).toEqual([
      ['constructor', 1],
      ['toString', undefined],
      ['__proto__', undefined],
      ['hasOwnProperty', undefined],
    ])
  })

  it('makes every flag an own property', () => {
    const read = readWave(flags('constructor', 'to-string'), '{to-string}')
    expect(E.isRight(read) && Object.entries(read.right as object)).toEqual([
      ['constructor', false],
      ['toString', true],
    ])
  })
})
