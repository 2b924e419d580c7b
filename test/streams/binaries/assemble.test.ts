import { describe, expect, it } from 'vitest'
import { CHUNK_OVERHEAD_BYTES, createAssembly, type Taken } from '../../../src/streams/binaries/assemble.js'
import { chunk, text } from '../../support/model.js'

const piece = (index: number, total: number, data: string) => chunk('img', index, total, data)

const contentOf = (taken: Taken): string =>
  taken.type === 'complete' ? taken.pieces.map(text).join('') : `not complete but ${taken.type}`

const heldBy = (...pieces: readonly string[]): number =>
  pieces.reduce((sum, data) => sum + data.length + CHUNK_OVERHEAD_BYTES, 0)

describe('assemble', () => {
  it('is complete with one chunk of one', () => {
    const taken = createAssembly(10).take(piece(0, 1, 'whole'))
    expect(taken).toMatchObject({ type: 'complete', total: 1 })
    expect(contentOf(taken)).toBe('whole')
  })

  it('takes an empty binary', () => {
    expect(contentOf(createAssembly(10).take(piece(0, 1, '')))).toBe('')
  })

  it('tells how far it is, and puts chunks in order that came out of order', () => {
    const { take } = createAssembly(10)
    expect(take(piece(2, 3, 'c'))).toStrictEqual({ type: 'progress', received: 1, total: 3 })
    expect(take(piece(0, 3, 'aa'))).toStrictEqual({ type: 'progress', received: 2, total: 3 })
    expect(contentOf(take(piece(1, 3, 'bb')))).toBe('aabbc')
  })

  it('ignores a chunk that it has', () => {
    const { take, size } = createAssembly(10)
    take(piece(0, 2, 'aa'))
    const before = size()
    expect(take(piece(0, 2, 'aa'))).toStrictEqual({ type: 'ignored', reason: 'duplicate chunk 0 of 2' })
    expect(size()).toBe(before)
    expect(contentOf(take(piece(1, 2, 'b')))).toBe('aab')
  })

  it('begins anew when a chunk has changed, as the image has then changed under its tag', () => {
    const { take, size } = createAssembly(10)
    take(piece(0, 3, 'aa'))
    take(piece(1, 3, 'bb'))
    expect(take(piece(1, 3, 'BB'))).toStrictEqual({ type: 'progress', received: 1, total: 3 })
    expect(size()).toBe(heldBy('BB'))
    take(piece(0, 3, 'AA'))
    expect(contentOf(take(piece(2, 3, 'C')))).toBe('AABBC')
  })

  it('begins anew when a chunk has changed its length', () => {
    const { take } = createAssembly(10)
    take(piece(0, 2, 'aa'))
    expect(take(piece(0, 2, 'aaa'))).toStrictEqual({ type: 'progress', received: 1, total: 2 })
  })

  it('keeps chunks of servers that cut differently apart; the first sequence that is complete wins', () => {
    const { take } = createAssembly(10)
    take(piece(0, 2, 'abcd'))
    take(piece(0, 3, 'ab'))
    take(piece(1, 3, 'cd'))
    expect(contentOf(take(piece(1, 2, 'e')))).toBe('abcde')
  })

  it('ignores a further sequence beyond the third', () => {
    const { take } = createAssembly(100)
    for (const total of [2, 3, 4]) expect(take(piece(0, total, 'a')).type).toBe('progress')
    expect(take(piece(0, 5, 'a'))).toStrictEqual({ type: 'ignored', reason: 'contradictory total_chunks 5' })
    expect(take(piece(0, 1, 'a'))).toStrictEqual({ type: 'ignored', reason: 'contradictory total_chunks 1' })
    expect(contentOf(take(piece(1, 2, 'b')))).toBe('ab')
  })

  it('calls an image oversized as soon as one chunk tells that the whole cannot fit', () => {
    const { take, size } = createAssembly(10)
    expect(take(piece(0, 4, 'aaaa'))).toStrictEqual({ type: 'oversized', size: 12 })
    expect(size()).toBe(0)
  })

  it('does not mistake the last chunk for the size of the others', () => {
    expect(createAssembly(10).take(piece(3, 4, 'aaaa')).type).toBe('progress')
  })

  it('calls an image oversized when the sum of its chunks is', () => {
    const { take, size } = createAssembly(10)
    take(piece(2, 3, 'cccc'))
    take(piece(0, 3, 'aaaa'))
    expect(take(piece(1, 3, 'bbbb'))).toStrictEqual({ type: 'oversized', size: 12 })
    expect(size()).toBe(0)
  })

  it('takes an image of just the limit', () => {
    const { take } = createAssembly(10)
    take(piece(0, 2, 'aaaaa'))
    expect(contentOf(take(piece(1, 2, 'bbbbb')))).toBe('aaaaabbbbb')
  })

  it('tells what it holds, and counts what keeping empty chunks takes', () => {
    const { take, size } = createAssembly(10)
    expect(size()).toBe(0)
    for (let index = 0; index < 1000; index += 1) take(piece(index, 1_000_000, ''))
    expect(size()).toBe(1000 * CHUNK_OVERHEAD_BYTES)
    take(piece(0, 2, 'aa'))
    expect(size()).toBe(1000 * CHUNK_OVERHEAD_BYTES + heldBy('aa'))
  })
})
