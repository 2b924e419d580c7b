import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGuestLines } from '../../../src/io/log/guest-lines.js'
import { bytes } from '../../support/model.js'

it('returns whole lines, in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (text, cuts) => {
      const all = bytes(text)
      const at = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length]
      const lines = createGuestLines()
      const seen = at.slice(1).flatMap((end, index) => lines.take(all.subarray(at[index], end)))
      expect([...seen, ...lines.rest()].join('\n')).toBe(text.replace(/\n$/, ''))
    }),
  )
})

it('cuts an endless line, and so holds a bounded rest', () => {
  const lines = createGuestLines()
  const seen = Array.from({ length: 10 }, () => lines.take(bytes('x'.repeat(1000)))).flat()
  expect(seen.map((line) => line.length)).toStrictEqual([4096, 4096])
  expect(lines.rest().map((line) => line.length)).toStrictEqual([10_000 - 2 * 4096])
  expect(lines.rest()).toStrictEqual([])
})

it('replaces invalid UTF-8', () => {
  const lines = createGuestLines()
  expect(lines.take(Uint8Array.of(0x61, 0xff, 0x0a))).toStrictEqual(['a\ufffd'])
})
