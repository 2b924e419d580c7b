import { expect, it } from 'vitest'
import { createHex } from '../../../src/io/traces/hex.js'

it('returns the digits of random bytes, never the same', () => {
  const hex = createHex()
  const found = Array.from({ length: 2000 }, (_, i) => hex(i % 2 === 0 ? 8 : 16))
  expect(new Set(found).size).toBe(2000)
  for (const [i, digits] of found.entries())
    expect(digits).toMatch(i % 2 === 0 ? /^[0-9a-f]{16}$/ : /^[0-9a-f]{32}$/)
})
