import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Strict } from '../../../src/io/codecs/base64.js'

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

describe('decodeBase64Strict', () => {
  it.each([
    ['', []],
    ['AA==', [0]],
    ['/+8=', [0xff, 0xef]],
    ['AGFzbQ==', [0, 0x61, 0x73, 0x6d]],
    ['AGFz', [0, 0x61, 0x73]],
  ])('accepts %j', (text, bytes) => {
    expect(decodeBase64Strict(text)).toStrictEqual(E.right(Uint8Array.from(bytes)))
  })

  it.each([
    ['missing padding', 'AA', /not a multiple of 4/],
    ['only padding', '====', /outside its alphabet/],
    ['three paddings', 'A===', /outside its alphabet/],
    ['padding in the middle', 'AA==AAAA', /outside its alphabet/],
    ['padding, then a digit', 'AAAAAA=A', /outside its alphabet/],
    ['a space', 'AA A', /outside its alphabet/],
    ['a line end', 'AAAA\nAAA', /outside its alphabet/],
    ['a line end at the end', 'AAA\n', /outside its alphabet/],
    ['the alphabet of URLs', '_-8=', /outside its alphabet/],
    ['a character that a byte would truncate to a digit', '\u0141AAA', /outside its alphabet/],
    ['a surrogate pair', '😀AA', /outside its alphabet/],
    ['bits after one byte', 'AB==', /bits after the last byte/],
    ['bits after two bytes', 'AAB=', /bits after the last byte/],
  ])('refuses %s', (_, text, problem) => {
    const result = decodeBase64Strict(text)
    expect(E.isLeft(result) && result.left).toMatch(problem)
  })

  it('reads what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase64Strict(encode(bytes))).toStrictEqual(E.right(bytes))
      }),
    )
  })

  it('accepts exactly the texts that an encoder produces', () => {
    const unit = fc.constantFrom(...Array.from('AQgw/+9zB==-_ \n\0\u0141é'))
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const isCanonical = encode(Buffer.from(text, 'base64')) === text
        expect(E.isRight(decodeBase64Strict(text))).toBe(isCanonical)
      }),
      { numRuns: 5000 },
    )
  })

  it('returns bytes with their own memory, not from a shared pool', () => {
    const result = decodeBase64Strict('AGFzbQ==')
    expect(E.isRight(result) && result.right.buffer.byteLength).toBe(4)
  })

  it('keeps the text out of its errors', () => {
    const result = decodeBase64Strict('secret-secret-!!')
    expect(E.isLeft(result) && result.left).not.toContain('secret')
  })
})
