import { expect, it } from 'vitest'
import { safeLine, safeText } from '../../../src/cli/client/safe.js'

it.each([
  ['plain text\nand\ttabs', 'plain text\nand\ttabs'],
  ['\x1b]0;title\x07\x1b[2J', '\\u001b]0;title\\u0007\\u001b[2J'],
  ['\r\b\x7f\x9b31m', '\\r\\b\\u007f\\u009b31m'],
  ['\u202egnp.exe\u2028', '\\u202egnp.exe\\u2028'],
  ['über 漢字 🚀', 'über 漢字 🚀'],
])('%j is made safe for a terminal', (given, expected) => {
  expect(safeText(given)).toBe(expected)
  expect(safeText(given)).not.toMatch(/(?![\n\t])\p{Cc}/u)
})

it('a line stays one line, and is cut', () => {
  expect(safeLine('a\nb\tc')).toBe('a\\nb\\tc')
  expect(safeLine('x'.repeat(300), 10)).toBe(`${'x'.repeat(10)}…`)
})
