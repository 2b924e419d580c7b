import { built } from '../../packages/component/test/link/harness.js'
import { pageWithoutServer } from '../support/page.mjs'

export type Case = readonly [name: string, ...inputs: string[]]

const OPS = 'local:typed/ops@0.1.0'

/** Cases for functions that the component exports both directly and in an instance. */
const BOTH: readonly Case[] = [
  ['add', '4294967295', '2'],
  ['nothing'],
  ['trap'],
  ['echo-bool', 'true'],
  ['echo-u8', '255'],
  ['echo-s8', '-128'],
  ['echo-u16', '65535'],
  ['echo-s16', '-32768'],
  ['echo-u32', '4294967295'],
  ['echo-s32', '-2147483648'],
  ['echo-u64', '18446744073709551615'],
  ['echo-s64', '-9223372036854775808'],
  ['echo-f32', '0.1'],
  ['echo-f32', '3.4028235e38'],
  ['echo-f32', '1e-45'],
  ['echo-f32', '-0'],
  ['echo-f64', '5e-324'],
  ['echo-f64', '1.7976931348623157e308'],
  ['echo-f64', 'nan'],
  ['echo-f64', '-inf'],
  ['echo-char', "'\\u{0}'"],
  ['echo-char', "'\u{10ffff}'"],
  ['echo-string', '""'],
  ['echo-string', '"a\\u{0}b \\"\\\\ \u{1f600} \u00fc"'],
  ['echo-bytes', '[]'],
  ['echo-bytes', '[0, 127, 128, 255]'],
  ['echo-strings', '["", "a", "\u{1f600}"]'],
  ['echo-option'],
  ['echo-option', 'some(0)'],
  ['echo-nested-option', 'none'],
  ['echo-nested-option', 'some(none)'],
  ['echo-nested-option', 'some(some(""))'],
  ['echo-result', 'ok(7)'],
  ['echo-result', 'err("why")'],
  ['echo-bare-result', 'ok'],
  ['echo-bare-result', 'err'],
  ['echo-inner-result', '(ok, ok(1))'],
  ['echo-inner-result', '(err(2), err)'],
  ['echo-tuple', '(1, "two", true)'],
  ['fail', '"because"'],
]

const OF_OPS: readonly Case[] = [
  ['echo-point', '{x: -1, y: -0, label: "p"}'],
  ['echo-points', '[]'],
  ['echo-points', '[{x: 2147483647, y: 0.5, label: ""}, {x: 0, y: nan, label: "q"}]'],
  ['echo-shape', '%none'],
  ['echo-shape', 'circle(2.5)'],
  ['echo-shape', 'rect((1, 4294967295))'],
  ['echo-shape', 'named("n")'],
  ['echo-color', 'blue-green'],
  ['echo-perms', '{}'],
  ['echo-perms', '{read, exec}'],
  ['echo-many', '{b0, b15, b31}'],
  ['echo-wide', `{${Array.from('abcdefghijklmnopqrst', (key, at) => `${key}: ${2 ** at}`).join(', ')}}`],
]

/** The calls, as text, for each fixture with typed exports. */
export const CASES: readonly {
  readonly name: string
  readonly bytes: () => Uint8Array
  readonly cases: readonly Case[]
}[] = [
  {
    name: 'typed',
    bytes: () => built('typed'),
    cases: [
      ...BOTH,
      ['echo-pair', '{left: "l", right: some(18446744073709551615)}'],
      ...[...BOTH, ...OF_OPS].map(([name, ...inputs]): Case => [`${OPS}#${name}`, ...inputs]),
    ],
  },
  // not user#echo: jco 0.15 turns UTF-16 strings between components into zeros
  {
    name: 'composed',
    bytes: () => built('composed'),
    cases: [['counters#echo', '"x"']],
  },
  {
    name: 'page',
    bytes: pageWithoutServer,
    cases: [
      ['render', '"A & B"', '["<i>", "\u{1f600}"]'],
      ['render', '""', '[]'],
    ],
  },
]
