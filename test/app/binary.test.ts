import { readFile } from 'node:fs/promises'
import { firstValueFrom, NEVER, Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { decodeInline, InlineBinaryError } from '../../src/app/binary.js'
import type { Binary } from '../../src/model/binary.js'
import { blobPath, bytesOf, get, MEGABYTE, open, sha256, temporaryDirectory } from '../io/cache/harness.js'

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const untouched = {
  put: (): Observable<Binary> => {
    throw new Error('the cache was used')
  },
}
const problem = (base64: string): Promise<unknown> =>
  get(decodeInline(base64, untouched)).then(
    () => undefined,
    (error: unknown) => error,
  )

describe('decodeInline', () => {
  it.each([0, 1, 2, 3, 8, 256 * 1024])('returns %i bytes in memory', async (size) => {
    const bytes = bytesOf(7, size)
    expect(await get(decodeInline(encode(bytes), untouched))).toStrictEqual({
      digest: `sha256:${sha256(bytes)}`,
      size,
      content: { bytes },
    })
  })

  it.each([256 * 1024 + 3, MEGABYTE - 1, (MEGABYTE / 4) * 3, (MEGABYTE / 4) * 3 + 1, 5 * MEGABYTE + 2])(
    'puts %i bytes into the cache',
    async (size) => {
      const dir = await temporaryDirectory()
      const bytes = bytesOf(7, size)
      expect(await get(decodeInline(encode(bytes), await open(dir)))).toStrictEqual({
        digest: `sha256:${sha256(bytes)}`,
        size,
        content: { path: blobPath(dir, bytes) },
      })
      expect((await readFile(blobPath(dir, bytes))).equals(bytes)).toBe(true)
    },
  )

  it('returns large ones in memory if there is no cache', async () => {
    const cache = await open(await temporaryDirectory(), { maxBytes: 0 })
    const bytes = bytesOf(7, 3 * MEGABYTE)
    const { content } = await get(decodeInline(encode(bytes), cache))
    expect('bytes' in content && Buffer.from(bytes).equals(content.bytes)).toBe(true)
  })

  it.each([
    ['a character of another alphabet', 'AAA-', /^file: expected standard base64/],
    ['no padding', 'AA', /^file: expected padded base64/],
    ['such a character far behind', `${'A'.repeat(3 * MEGABYTE)}A A=`, /^file: expected standard base64/],
    [
      'padding far ahead of the end',
      `${'A'.repeat(MEGABYTE - 4)}AA==${'A'.repeat(MEGABYTE)}`,
      /padding before its end/,
    ],
    ['a length that is no multiple of 4', 'A'.repeat(MEGABYTE + 5), /multiple of 4/],
  ])('refuses %s', async (_, base64, message) => {
    const error = await problem(base64)
    expect(error).toBeInstanceOf(InlineBinaryError)
    expect(error).toMatchObject({ code: 'binary', message: expect.stringMatching(message) as string })
  })

  it('keeps the event loop turning', async () => {
    let turns = 0
    let isDone = false
    const turn = (): void => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    turn()
    const cache = await open(await temporaryDirectory())
    await get(decodeInline(encode(bytesOf(1, 6 * MEGABYTE)), cache))
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(14)
  })

  it('stops writing to the cache when the subscriber leaves', async () => {
    const released = await new Promise<string>((resolve) => {
      const cache = {
        put: () =>
          new Observable<Binary>(() => {
            setImmediate(() => {
              subscription.unsubscribe()
            })
            return () => {
              resolve('released')
            }
          }),
      }
      const subscription = decodeInline(encode(bytesOf(1, MEGABYTE)), cache).subscribe()
    })
    expect(released).toBe('released')
  })

  it('starts nothing before subscription or after unsubscription', async () => {
    let puts = 0
    const cache = {
      put: () => {
        puts++
        return NEVER
      },
    }
    const base64 = encode(bytesOf(1, MEGABYTE))
    const source = decodeInline(base64, cache)
    source.subscribe().unsubscribe()
    await firstValueFrom(decodeInline(base64, await open(await temporaryDirectory())))
    expect(puts).toBe(0)
  })
})
