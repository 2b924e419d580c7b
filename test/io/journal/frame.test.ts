import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frame as partsOf, unframe, unframeOne } from '../../../src/io/journal/frame.js'

const SALT = 12345

const frame = (parts: readonly Uint8Array[], salt: number): Buffer => Buffer.concat(partsOf(parts, salt))

const LARGE = 20_000
const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(LARGE).fill(byte)),
)
const texts = (frames: readonly { readonly body: Buffer }[]): string[] =>
  frames.map((each) => each.body.toString('hex'))
const hex = (each: Uint8Array): string => Buffer.from(each).toString('hex')
const written = (bodies: readonly Uint8Array[]): Buffer[] => bodies.map((each) => frame([each], SALT))

describe('frames', () => {
  it('are read back as they were written, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(body), (bodies) => {
        const { frames, damages } = unframe(Buffer.concat(written(bodies)), 0, SALT)
        expect(texts(frames)).toEqual(bodies.map(hex))
        expect(damages).toEqual([])
      }),
    )
  })

  it.each([20, LARGE])('hold the parts of a body of %d bytes in a row', (bytes) => {
    const whole = Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => at))
    const framed = frame([whole.subarray(0, 3), Buffer.alloc(0), whole.subarray(3)], SALT)
    expect(framed).toEqual(frame([whole], SALT))
    expect(unframeOne(framed, SALT)).toEqual(whole)
  })

  it('that are complete are read, wherever the rest is cut off', () => {
    const bodies = ['one', '', 'three and more'].map((text) => Buffer.from(text))
    const parts = written(bodies)
    const all = Buffer.concat(parts)
    const ends = parts.map((_, n) => Buffer.concat(parts.slice(0, n + 1)).length)
    for (let length = 0; length <= all.length; length++) {
      const { frames, damages } = unframe(all.subarray(0, length), 0, SALT)
      const whole = ends.filter((end) => end <= length)
      const torn = length - (whole.at(-1) ?? 0)
      expect(texts(frames)).toEqual(bodies.slice(0, whole.length).map(hex))
      expect(damages).toEqual(torn === 0 ? [] : [{ offset: length - torn, bytes: torn, isAtEnd: true }])
    }
  })

  it('are all read except a damaged one, whichever byte is damaged', () => {
    fc.assert(
      fc.property(
        fc.array(body, { minLength: 2, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bodies, which, where, flip) => {
          const parts = written(bodies)
          const damaged = which % (parts.length - 1)
          const part = parts[damaged]
          if (part === undefined) throw new Error('there is none')
          const at = where % part.length
          part.writeUInt8(part.readUInt8(at) ^ flip, at)
          const { frames, damages } = unframe(Buffer.concat(parts), 0, SALT)
          expect(texts(frames)).toEqual(bodies.filter((_, n) => n !== damaged).map(hex))
          expect(damages).toMatchObject([{ bytes: part.length, isAtEnd: false }])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('inside a damaged one are not accepted: their author did not know the salt', () => {
    const forged = frame([Buffer.from('forged')], SALT + 1)
    const outer = frame([Buffer.from('outer '), forged, Buffer.from(' end')], SALT)
    outer.writeUInt8(outer.readUInt8(14) ^ 1, 14)
    const { frames, damages } = unframe(Buffer.concat([outer, frame([Buffer.from('next')], SALT)]), 0, SALT)
    expect(frames.map((each) => each.body.toString())).toEqual(['next'])
    expect(damages).toMatchObject([{ offset: 0, bytes: outer.length }])
  })

  it('may have empty parts', () => {
    const empty = new TextEncoder().encode('')
    const alone = frame([empty, Buffer.from('a'), empty], SALT)
    expect(unframeOne(alone, SALT)?.toString()).toBe('a')
  })

  it('can be read one at a time', () => {
    const alone = frame([Buffer.from('a'), Buffer.from('b')], SALT)
    expect(unframeOne(alone, SALT)?.toString()).toBe('ab')
    expect(unframeOne(alone.subarray(1), SALT)).toBeUndefined()
    expect(unframeOne(Buffer.concat([alone, alone]), SALT)).toBeUndefined()
    expect(unframeOne(alone, SALT + 1)).toBeUndefined()
  })
})
