import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTail } from '../../../../src/streams/observe/view/tail.js'
import { createTails } from '../../../../src/streams/observe/view/tails.js'
import { bytes, text } from '../../../support/model.js'
import type { Piece } from '../../../../src/model/view.js'

const out = (data: string): Piece => ({ stream: 'stdout', data: bytes(data) })
const err = (data: string): Piece => ({ stream: 'stderr', data: bytes(data) })

const shown = (pieces: readonly Piece[]) => pieces.map(({ stream, data }) => `${stream} ${text(data)}`)

describe('the tail of an output', () => {
  it('is read from the last position, both streams in order', () => {
    const tail = createTail(100)
    expect(tail.read(0)).toStrictEqual({ skipped: 0, pieces: [], next: 0 })
    tail.write(out('a'))
    tail.write(out('b'))
    tail.write(err('c'))
    tail.write(out(''))
    const first = tail.read(0)
    expect(shown(first.pieces)).toStrictEqual(['stdout ab', 'stderr c'])
    tail.write(err('d'))
    tail.write(out('e'))
    expect(shown(tail.read(first.next).pieces)).toStrictEqual(['stderr d', 'stdout e'])
  })

  it('keeps a copy, up to its limit', () => {
    const tail = createTail(4)
    const data = bytes('abcdefgh')
    tail.write({ stream: 'stdout', data })
    data.fill(0)
    const { skipped, pieces } = tail.read(1)
    expect([skipped, shown(pieces)]).toStrictEqual([3, ['stdout efgh']])
    expect(tail.held()).toBe(4)
  })

  it('returns the end of everything written, in whatever pieces', () => {
    const piece = fc.record({
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      data: fc.uint8Array({ maxLength: 3000 }),
    })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 5000 }), (pieces, max) => {
        const tail = createTail(max)
        for (const each of pieces) tail.write(each)
        const all = Buffer.concat(pieces.map(({ data }) => data))
        const read = tail.read(0)
        expect(Buffer.concat(read.pieces.map(({ data }) => data))).toStrictEqual(all.subarray(-max))
        expect(read.skipped).toBe(Math.max(0, all.length - max))
        expect(tail.held()).toBeLessThanOrEqual(Math.max(1024, max))
      }),
    )
  })

  it('remembers a limited number of switches between the streams', () => {
    const tail = createTail(10_000)
    for (let i = 0; i < 2000; i++) tail.write(i % 2 === 0 ? out('o') : err('e'))
    const { pieces } = tail.read(0)
    expect(pieces).toHaveLength(512)
    expect(pieces.reduce((sum, { data }) => sum + data.length, 0)).toBe(2000)
  })
})

describe('the tails of all tasks', () => {
  it('stay below a total; the least recently written is dropped first', () => {
    const tails = createTails({ tailBytes: 1024, tailsBytes: 3 * 1024 })
    for (const key of [1, 2, 3]) tails.write(key, out('x'))
    tails.write(1, out('y'))
    tails.write(4, out('x'))
    expect([1, 2, 3, 4].filter((key) => tails.of(key) !== undefined)).toStrictEqual([1, 3, 4])
    tails.forget(1)
    tails.write(5, out('x'))
    expect([1, 2, 3, 4, 5].filter((key) => tails.of(key) !== undefined)).toStrictEqual([3, 4, 5])
  })
})
