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

  it('accepts an empty binary', () => {
    expect(contentOf(createAssembly(10).take(piece(0, 1, '')))).toBe('')
  })

  it('reports progress, and orders chunks', () => {
    const { take } = createAssembly(10)
    expect(take(piece(2, 3, 'c'))).toStrictEqual({ type: 'progress', received: 1, total: 3 })
    expect(take(piece(0, 3, 'aa'))).toStrictEqual({ type: 'progress', received: 2, total: 3 })
    expect(contentOf(take(piece(1, 3, 'bb')))).toBe('aabbc')
  })

  it('ignores a chunk that it already has', () => {
    const { take, size } = createAssembly(10)
    take(piece(0, 2, 'aa'))
    const before = size()
    expect(take(piece(0, 2, 'aa'))).toStrictEqual({ type: 'ignored', reason: 'duplicate chunk 0 of 2' })
    expect(size()).toBe(before)
    expect(contentOf(take(piece(1, 2, 'b')))).toBe('aab')
  })

  it('compares all bytes of a chunk, wherever in memory it is', () => {
    const chunkAt = (offset: number, bytes: readonly number[]) => {
      const data = new Uint8Array(16).subarray(offset, offset + bytes.length)
      data.set(bytes)
      return { ...piece(0, 2, ''), data }
    }
    const bytes = [1, 2, 3, 4, 5, 6, 7]
    for (const [a, b] of [
      [0, 4],
      [0, 1],
      [3, 3],
    ] as const) {
      const { take } = createAssembly(100)
      take(chunkAt(a, bytes))
      expect(take(chunkAt(b, bytes))).toMatchObject({ type: 'ignored' })
      expect(take(chunkAt(b, [...bytes.slice(0, 6), 8]))).toMatchObject({ type: 'progress' })
      expect(take(chunkAt(a, [1, 9, ...bytes.slice(2, 6), 8]))).toMatchObject({ type: 'progress' })
    }
  })

  it('starts again if a chunk has changed, because the tag has moved', () => {
    const { take, size } = createAssembly(10)
    take(piece(0, 3, 'aa'))
    take(piece(1, 3, 'bb'))
    expect(take(piece(1, 3, 'BB'))).toStrictEqual({ type: 'progress', received: 1, total: 3 })
    expect(size()).toBe(heldBy('BB'))
    take(piece(0, 3, 'AA'))
    expect(contentOf(take(piece(2, 3, 'C')))).toBe('AABBC')
  })

  it('starts again if a chunk has changed its length', () => {
    const { take } = createAssembly(10)
    take(piece(0, 2, 'aa'))
    expect(take(piece(0, 2, 'aaa'))).toStrictEqual({ type: 'progress', received: 1, total: 2 })
  })

  it('keeps sequences of servers that split differently apart; the first complete one wins', () => {
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

  it('reports an oversized image as soon as one chunk shows that the whole cannot fit', () => {
    const { take, size } = createAssembly(10)
    expect(take(piece(0, 4, 'aaaa'))).toStrictEqual({ type: 'oversized', size: 12 })
    expect(size()).toBe(0)
  })

  it('does not take the last chunk for the size of the others', () => {
    expect(createAssembly(10).take(piece(3, 4, 'aaaa')).type).toBe('progress')
  })

  it('reports an image oversized by the sum of its chunks', () => {
    const { take, size } = createAssembly(10)
    take(piece(2, 3, 'cccc'))
    take(piece(0, 3, 'aaaa'))
    expect(take(piece(1, 3, 'bbbb'))).toStrictEqual({ type: 'oversized', size: 12 })
    expect(size()).toBe(0)
  })

  it('accepts an image exactly at the limit', () => {
    const { take } = createAssembly(10)
    take(piece(0, 2, 'aaaaa'))
    expect(contentOf(take(piece(1, 2, 'bbbbb')))).toBe('aaaaabbbbb')
  })

  it('reports what it holds, including the overhead of empty chunks', () => {
    const { take, size } = createAssembly(10)
    expect(size()).toBe(0)
    for (let index = 0; index < 1000; index += 1) take(piece(index, 1_000_000, ''))
    expect(size()).toBe(1000 * CHUNK_OVERHEAD_BYTES)
    take(piece(0, 2, 'aa'))
    expect(size()).toBe(1000 * CHUNK_OVERHEAD_BYTES + heldBy('aa'))
  })
})
