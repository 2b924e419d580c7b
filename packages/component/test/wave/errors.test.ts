import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { place, WaveError, type WaveErrorCode } from '../../wave/error.js'
import { readWave } from '../../wave/read.js'
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
  u8,
  variant,
} from './types.js'

const point = record({ x: u8, y: option(u8) })
const shape = variant({ empty: undefined, circle: t('f64'), ok: undefined })
const colour = enumOf('red', 'blue')
const perms = flags('read', 'write')
const resource: ValueType = { kind: 'own', resource: 'blob' }

type Row = readonly [
  type: ValueType,
  text: string,
  code: WaveErrorCode,
  from: number,
  to: number,
  message: string,
]

const escapes = String.raw`expected one of \\ \' \" \t \n \r or \u{…} with the 1 to 6 hex digits of a Unicode scalar value`
const u8Expected = 'expected an integer from 0 to 255 (u8)'
const f64Expected = 'expected a number, `nan`, `inf` or `-inf` (f64)'
const stringExpected = 'expected a string, which is written in double quotes'

const rows: readonly Row[] = [
  // for any type
  [u8, '', 'unexpected-end', 0, 0, `${u8Expected}, found the end of the text`],
  [u8, '  // only a comment', 'unexpected-end', 19, 19, `${u8Expected}, found the end of the text`],
  [u8, '1 2', 'unexpected-token', 2, 3, 'expected the end of the text, found `2`'],
  [u8, '1 / 2', 'unexpected-token', 2, 3, 'expected the end of the text, found `/`'],
  [u8, '\u0007', 'unexpected-token', 0, 1, `${u8Expected}, found \`\\u{7}\``],
  [u8, '🌊', 'unexpected-token', 0, 2, `${u8Expected}, found \`🌊\``],
  [u8, '1\u00a0', 'unexpected-token', 1, 2, 'expected the end of the text, found `\u00a0`'],
  // bool
  [t('bool'), '1', 'unexpected-token', 0, 1, 'expected `true` or `false` (bool), found `1`'],
  [t('bool'), 'True', 'unexpected-token', 0, 4, 'expected `true` or `false` (bool), found `True`'],
  [t('bool'), '%true', 'unexpected-token', 0, 5, 'expected `true` or `false` (bool), found `%true`'],
  // integers
  [u8, '256', 'invalid-value', 0, 3, `${u8Expected}, found \`256\``],
  [u8, '-1', 'invalid-value', 0, 2, `${u8Expected}, found \`-1\``],
  [t('s8'), '128', 'invalid-value', 0, 3, 'expected an integer from -128 to 127 (s8), found `128`'],
  [t('s8'), '-129', 'invalid-value', 0, 4, 'expected an integer from -128 to 127 (s8), found `-129`'],
  [t('u16'), '65536', 'invalid-value', 0, 5, 'expected an integer from 0 to 65535 (u16), found `65536`'],
  [t('s16'), '32768', 'invalid-value', 0, 5, 'expected an integer from -32768 to 32767 (s16), found `32768`'],
  [
    t('u32'),
    '4294967296',
    'invalid-value',
    0,
    10,
    'expected an integer from 0 to 4294967295 (u32), found `4294967296`',
  ],
  [
    t('s32'),
    '-2147483649',
    'invalid-value',
    0,
    11,
    'expected an integer from -2147483648 to 2147483647 (s32), found `-2147483649`',
  ],
  [
    t('u64'),
    '18446744073709551616',
    'invalid-value',
    0,
    20,
    'expected an integer from 0 to 18446744073709551615 (u64), found `18446744073709551616`',
  ],
  [
    t('s64'),
    '9223372036854775808',
    'invalid-value',
    0,
    19,
    'expected an integer from -9223372036854775808 to 9223372036854775807 (s64), found `9223372036854775808`',
  ],
  [u8, '1'.repeat(40), 'invalid-value', 0, 40, `${u8Expected}, found \`${'1'.repeat(32)}…\``],
  [u8, '1.0', 'invalid-value', 0, 3, `${u8Expected}, found \`1.0\``],
  [u8, '1e1', 'invalid-value', 0, 3, `${u8Expected}, found \`1e1\``],
  [u8, '01', 'invalid-value', 0, 2, `${u8Expected}, found \`01\``],
  [u8, '0x10', 'invalid-value', 0, 4, `${u8Expected}, found \`0x10\``],
  [u8, '- 1', 'invalid-value', 0, 1, `${u8Expected}, found \`-\``],
  [u8, '+1', 'unexpected-token', 0, 1, `${u8Expected}, found \`+\``],
  [u8, 'nan', 'unexpected-token', 0, 3, `${u8Expected}, found the keyword \`nan\``],
  [u8, '"1"', 'unexpected-token', 0, 3, `${u8Expected}, found a string`],
  [u8, "'1'", 'unexpected-token', 0, 3, `${u8Expected}, found a char`],
  // floats
  [t('f64'), '.5', 'unexpected-token', 0, 1, `${f64Expected}, found \`.\``],
  [t('f64'), '5.', 'invalid-value', 0, 2, `${f64Expected}, found \`5.\``],
  [t('f64'), '1e', 'invalid-value', 0, 2, `${f64Expected}, found \`1e\``],
  [t('f64'), '1e+', 'invalid-value', 0, 3, `${f64Expected}, found \`1e+\``],
  [t('f64'), '1.5.2', 'invalid-value', 0, 5, `${f64Expected}, found \`1.5.2\``],
  [t('f64'), '00.5', 'invalid-value', 0, 4, `${f64Expected}, found \`00.5\``],
  [t('f64'), '-nan', 'invalid-value', 0, 4, `${f64Expected}, found \`-nan\``],
  [t('f64'), 'Infinity', 'invalid-value', 0, 8, `${f64Expected}, found \`Infinity\``],
  [t('f64'), 'NaN', 'invalid-value', 0, 3, `${f64Expected}, found \`NaN\``],
  [t('f64'), '"1"', 'unexpected-token', 0, 3, `${f64Expected}, found a string`],
  // chars
  [
    t('char'),
    "''",
    'invalid-value',
    0,
    2,
    'expected exactly one character (a Unicode scalar value) in a char, found none',
  ],
  [
    t('char'),
    "'ab'",
    'invalid-value',
    0,
    4,
    'expected exactly one character (a Unicode scalar value) in a char, found more',
  ],
  [t('char'), "'a", 'unexpected-end', 2, 2, "expected `'` to end the char, found the end of the text"],
  [
    t('char'),
    "'\n'",
    'unexpected-token',
    1,
    2,
    "expected `'` to end the char, found a line break, which is written `\\n` there",
  ],
  [t('char'), "'\\'", 'unexpected-end', 3, 3, "expected `'` to end the char, found the end of the text"],
  [t('char'), "'\\x'", 'invalid-escape', 1, 3, `${escapes}, found \`\\x\``],
  [t('char'), "'\ud800'", 'invalid-value', 1, 2, 'expected Unicode text, found half of a surrogate pair'],
  [
    t('char'),
    '"a"',
    'unexpected-token',
    0,
    3,
    "expected a char, which is written in single quotes, as in `'x'`, found a string",
  ],
  // strings
  [text, 'hello', 'unexpected-token', 0, 5, `${stringExpected}, found \`hello\``],
  [text, '  42', 'unexpected-token', 2, 4, `${stringExpected}, found \`42\``],
  [text, "'a'", 'unexpected-token', 0, 3, `${stringExpected}, found a char`],
  [text, 'none', 'unexpected-token', 0, 4, `${stringExpected}, found the keyword \`none\``],
  [text, '', 'unexpected-end', 0, 0, `${stringExpected}, found the end of the text`],
  [text, '"abc', 'unexpected-end', 4, 4, 'expected `"` to end the string, found the end of the text'],
  [text, '"abc\\"', 'unexpected-end', 6, 6, 'expected `"` to end the string, found the end of the text'],
  [
    text,
    '"a\nb"',
    'unexpected-token',
    2,
    3,
    'expected `"` to end the string, found a line break, which is written `\\n` there',
  ],
  [text, '"a\\0"', 'invalid-escape', 2, 4, `${escapes}, found \`\\0\``],
  [text, '"\\🌊"', 'invalid-escape', 1, 4, `${escapes}, found \`\\🌊\``],
  [text, '"\\u"', 'invalid-escape', 1, 3, `${escapes}, found \`\\u\``],
  [text, '"\\u{}"', 'invalid-escape', 1, 5, `${escapes}, found \`\\u{}\``],
  [text, '"\\u{12"', 'invalid-escape', 1, 6, `${escapes}, found \`\\u{12\``],
  [text, '"\\u{+1}"', 'invalid-escape', 1, 4, `${escapes}, found \`\\u{\``],
  [text, '"\\u{d800}"', 'invalid-escape', 1, 9, `${escapes}, found \`\\u{d800}\``],
  [text, '"\\u{dfff}"', 'invalid-escape', 1, 9, `${escapes}, found \`\\u{dfff}\``],
  [text, '"\\u{110000}"', 'invalid-escape', 1, 11, `${escapes}, found \`\\u{110000}\``],
  [text, '"\\u{0000001}"', 'invalid-escape', 1, 10, `${escapes}, found \`\\u{000000\``],
  [text, '"a\udc00"', 'invalid-value', 2, 3, 'expected Unicode text, found half of a surrogate pair'],
  [text, '"a"b', 'unexpected-token', 3, 4, 'expected the end of the text, found `b`'],
  // strings of several lines
  [text, '"""a\n"""', 'unexpected-token', 3, 4, 'expected a line break after the opening `"""`, found `a`'],
  [
    text,
    '"""""""',
    'unexpected-token',
    3,
    5,
    'expected a line break after the opening `"""`, found a string',
  ],
  [
    text,
    '"""',
    'unexpected-end',
    3,
    3,
    'expected a line break after the opening `"""`, found the end of the text',
  ],
  [text, '"""\n', 'unexpected-end', 4, 4, 'expected `"""`, found the end of the text'],
  [
    text,
    '"""\nabc"""',
    'invalid-value',
    7,
    10,
    'expected only spaces before the closing `"""` on its line, found other text',
  ],
  [
    text,
    '"""\n\t"""',
    'invalid-value',
    5,
    8,
    'expected only spaces before the closing `"""` on its line, found other text',
  ],
  [
    text,
    '"""\n  a\n b\n  """',
    'invalid-value',
    8,
    10,
    'expected 2 spaces at the start of the line, as many as before the closing `"""`, found 1',
  ],
  [
    text,
    '"""\n  a\n\n  """',
    'invalid-value',
    8,
    9,
    'expected 2 spaces at the start of the line, as many as before the closing `"""`, found 0',
  ],
  [
    text,
    '"""\n  a """ b\n  """',
    'invalid-value',
    8,
    11,
    'expected only spaces before the closing `"""` on its line, found other text',
  ],
  [text, '"""\n\\j\n"""', 'invalid-escape', 4, 6, `${escapes}, found \`\\j\``],
  [text, '"""\na\n""""', 'unexpected-token', 9, 10, 'expected the end of the text, found a string'],
  // lists and tuples
  [list(u8), '1', 'unexpected-token', 0, 1, 'expected a list, which starts with `[`, found `1`'],
  [list(u8), '[1', 'unexpected-end', 2, 2, 'expected `,` or `]`, found the end of the text'],
  [list(u8), '[1 2]', 'unexpected-token', 3, 4, 'expected `,` or `]`, found `2`'],
  [list(u8), '[,]', 'unexpected-token', 1, 2, `${u8Expected}, found \`,\``],
  [list(u8), '[1,,]', 'unexpected-token', 3, 4, `${u8Expected}, found \`,\``],
  [list(u8), '[1, 256]', 'invalid-value', 4, 7, `${u8Expected}, found \`256\``],
  [fixed(u8, 2), ' [1]', 'invalid-value', 1, 4, 'expected a list of 2, found 1'],
  [tuple(u8, u8), '[1, 2]', 'unexpected-token', 0, 1, 'expected a tuple, which starts with `(`, found `[`'],
  [tuple(u8, u8), '(1)', 'unexpected-token', 2, 3, 'expected `,` and 2 values in the tuple, found `)`'],
  [tuple(u8, u8), '(1,)', 'unexpected-token', 3, 4, `${u8Expected}, found \`)\``],
  [
    tuple(u8, u8),
    '(1, 2, 3)',
    'unexpected-token',
    7,
    8,
    'expected `)` after 2 values of the tuple, found `3`',
  ],
  [tuple(u8, u8), '()', 'unexpected-token', 1, 2, `${u8Expected}, found \`)\``],
  // records
  [point, '[]', 'unexpected-token', 0, 1, 'expected a record, which starts with `{`, found `[`'],
  [point, ' {y: 1}', 'missing-field', 1, 7, 'expected the field `x` too, found none of that name'],
  [point, '{:}', 'missing-field', 0, 3, 'expected the field `x` too, found none of that name'],
  [
    point,
    '{x: 1, y: 2, x: 3}',
    'duplicate-field',
    13,
    14,
    'expected every field once, found `x` a second time',
  ],
  [point, '{x: 1, %x: 3}', 'duplicate-field', 7, 9, 'expected every field once, found `x` a second time'],
  [point, '{x: 1, z: 3}', 'unknown-field', 7, 8, 'expected one of `x`, `y`, found `z`'],
  [point, '{}', 'unexpected-token', 1, 2, 'expected a field, or `:}` for no fields, found `}`'],
  [point, '{: x: 1}', 'unexpected-token', 3, 4, 'expected `}`, found `x`'],
  [point, '{x 1}', 'unexpected-token', 3, 4, 'expected `:` and the value of the field `x`, found `1`'],
  [point, '{x}', 'unexpected-token', 2, 3, 'expected `:` and the value of the field `x`, found `}`'],
  [point, '{x: 1 y: 2}', 'unexpected-token', 6, 7, 'expected `,` or `}`, found `y`'],
  [point, '{x: 1,, y: 2}', 'unexpected-token', 6, 7, 'expected a field or `}`, found `,`'],
  [point, '{,}', 'unexpected-token', 1, 2, 'expected a field, or `:}` for no fields, found `,`'],
  [point, '{x: 1', 'unexpected-end', 5, 5, 'expected `,` or `}`, found the end of the text'],
  [point, '{"x": 1}', 'unexpected-token', 1, 4, 'expected a field, or `:}` for no fields, found a string'],
  // variants and enums
  [shape, 'square', 'unknown-case', 0, 6, 'expected one of `empty`, `circle`, `ok`, found `square`'],
  [shape, 'Empty', 'unknown-case', 0, 5, 'expected one of `empty`, `circle`, `ok`, found `Empty`'],
  [shape, '%none', 'unknown-case', 0, 5, 'expected one of `empty`, `circle`, `ok`, found `none`'],
  [
    shape,
    'none',
    'unexpected-token',
    0,
    4,
    'expected one of `empty`, `circle`, `ok`, found the keyword `none`',
  ],
  [shape, 'ok', 'unexpected-token', 0, 2, 'expected `%ok` for the case of that name, found the keyword `ok`'],
  [shape, '1', 'unexpected-token', 0, 1, 'expected one of `empty`, `circle`, `ok`, found `1`'],
  [shape, '%', 'unexpected-token', 0, 1, 'expected one of `empty`, `circle`, `ok`, found `%`'],
  [shape, 'empty(1)', 'unexpected-token', 5, 6, 'expected no payload after `empty`, found `(`'],
  [
    shape,
    'circle',
    'unexpected-end',
    6,
    6,
    'expected `(` and the payload of `circle`, found the end of the text',
  ],
  [shape, 'circle()', 'unexpected-token', 7, 8, `${f64Expected}, found \`)\``],
  [shape, 'circle(1,)', 'unexpected-token', 8, 9, 'expected `)` after the payload of `circle`, found `,`'],
  [colour, 'green', 'unknown-case', 0, 5, 'expected one of `red`, `blue`, found `green`'],
  [colour, 'red-', 'unknown-case', 0, 4, 'expected one of `red`, `blue`, found `red-`'],
  [colour, '"red"', 'unexpected-token', 0, 5, 'expected one of `red`, `blue`, found a string'],
  [colour, 'red(1)', 'unexpected-token', 3, 4, 'expected no payload after `red`, found `(`'],
  [
    enumOf(...'abcdefghij'.split('')),
    'x',
    'unknown-case',
    0,
    1,
    'expected one of `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, …, found `x`',
  ],
  // options and results
  [
    option(u8),
    'some',
    'unexpected-end',
    4,
    4,
    'expected `(` and the payload of `some`, found the end of the text',
  ],
  [option(u8), 'some()', 'unexpected-token', 5, 6, `${u8Expected}, found \`)\``],
  [option(u8), 'none(1)', 'unexpected-token', 4, 5, 'expected no payload after `none`, found `(`'],
  [option(u8), 'ok', 'unexpected-token', 0, 2, `${u8Expected}, found the keyword \`ok\``],
  [option(option(u8)), '1', 'unexpected-token', 0, 1, 'expected `none` or `some(…)`, found `1`'],
  [
    option(result(u8)),
    'ok(1)',
    'unexpected-token',
    0,
    2,
    'expected `none` or `some(…)`, found the keyword `ok`',
  ],
  [
    result(u8),
    'ok',
    'unexpected-end',
    2,
    2,
    'expected `(` and the payload of `ok`, found the end of the text',
  ],
  [result(u8), 'err(1)', 'unexpected-token', 3, 4, 'expected no payload after `err`, found `(`'],
  [result(undefined, u8), '1', 'unexpected-token', 0, 1, 'expected `ok` or `err(…)`, found `1`'],
  [
    result(option(u8)),
    'none',
    'unexpected-token',
    0,
    4,
    'expected `ok(…)` or `err`, found the keyword `none`',
  ],
  [result(result(u8)), '1', 'unexpected-token', 0, 1, 'expected `ok(…)` or `err`, found `1`'],
  // flags
  [perms, '[]', 'unexpected-token', 0, 1, 'expected flags, which start with `{`, found `[`'],
  [perms, '{read, read}', 'duplicate-flag', 7, 11, 'expected every flag once, found `read` a second time'],
  [perms, '{exec}', 'unknown-flag', 1, 5, 'expected one of `read`, `write`, found `exec`'],
  [perms, '{read: true}', 'unexpected-token', 5, 6, 'expected `,` or `}`, found `:`'],
  [perms, '{:}', 'unexpected-token', 1, 2, 'expected a flag or `}`, found `:`'],
  [perms, '{,}', 'unexpected-token', 1, 2, 'expected a flag or `}`, found `,`'],
  [perms, '{read', 'unexpected-end', 5, 5, 'expected `,` or `}`, found the end of the text'],
  // types without a text form
  [
    resource,
    ' 1 ',
    'unsupported-type',
    1,
    2,
    'expected a type that has a text form, found `own<blob>`, which has none',
  ],
  [
    list({ kind: 'borrow', resource: 'b' }),
    '[1]',
    'unsupported-type',
    1,
    2,
    'expected a type that has a text form, found `borrow<b>`, which has none',
  ],
  [
    { kind: 'stream', element: u8 },
    '1',
    'unsupported-type',
    0,
    1,
    'expected a type that has a text form, found `stream`, which has none',
  ],
  [
    { kind: 'future', element: undefined },
    '',
    'unsupported-type',
    0,
    0,
    'expected a type that has a text form, found `future`, which has none',
  ],
  [
    t('error-context'),
    '1',
    'unsupported-type',
    0,
    1,
    'expected a type that has a text form, found `error-context`, which has none',
  ],
  [nested(128, u8), 'none', 'too-deep', 0, 0, 'expected a type of at most 128 levels, found a deeper one'],
]

const failure = (type: ValueType, written: string): WaveError => {
  const read = readWave(type, written)
  if (E.isRight(read)) throw new Error('it was read')
  return read.left
}

describe('a text that is not a value of its type', () => {
  it.each(rows)('%j as %j: %s', (type, written, code, from, to, message) => {
    const error = failure(type, written)
    expect(error).toBeInstanceOf(WaveError)
    expect({ code: error.code, from: error.from, to: error.to, message: error.message }).toEqual({
      code,
      from,
      to,
      message,
    })
    const lines = written.slice(0, from).split('\n')
    expect([error.line, error.column]).toEqual([lines.length, (lines.at(-1) ?? '').length + 1])
  })

  it('is located by column, and by line if there are several', () => {
    expect(place(failure(u8, '  x'))).toBe('column 3')
    expect(place(failure(u8, '\n\n x'))).toBe('line 3, column 2')
    expect(place(failure(text, '\n"a\n'))).toBe('line 2, column 3')
  })

  it('reads an option of a resource if it is none', () => {
    expect(readWave(option(resource), 'none')).toEqual(E.right(undefined))
  })
})
