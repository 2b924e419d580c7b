import { lstat, mkdir, readFile, readdir, rename, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { openCache } from '../../../src/io/cache/cache.js'
import {
  blobPath,
  blobsIn,
  bytesOf,
  get,
  imagePath,
  MEGABYTE,
  open,
  sha256,
  temporaryDirectory,
} from './harness.js'

const A = bytesOf(1, 1000)
const B = bytesOf(2, 2000)
const IMAGE = 'ghcr.io/org/../../app:v1'

describe('the cache', () => {
  it('keeps a binary under its digest, and under its image', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const put = await get(cache.put([A.subarray(0, 10), A.subarray(10)], IMAGE))
    expect(put).toStrictEqual({
      digest: `sha256:${sha256(A)}`,
      size: 1000,
      content: { path: blobPath(dir, A) },
    })
    expect(await readFile(blobPath(dir, A))).toEqual(Buffer.from(A))
    expect(await get(cache.byImage(IMAGE))).toStrictEqual(put)
    expect(await get(cache.byDigest(put.digest))).toStrictEqual(put)
  })

  it('still knows it after it was opened again', async () => {
    const dir = await temporaryDirectory()
    const put = await get((await open(dir)).put([A], IMAGE))
    const again = await open(dir)
    expect(await get(again.byImage(IMAGE))).toStrictEqual(put)
    expect(await get(again.byDigest(put.digest))).toStrictEqual(put)
  })

  it('finds nothing that was not stored', async () => {
    const cache = await open(await temporaryDirectory())
    await get(cache.put([A]))
    for (const image of [IMAGE, '', '../x', '\0'.repeat(3), 'x'.repeat(100_000)]) {
      expect(await get(cache.byImage(image))).toBeUndefined()
    }
    for (const digest of [
      '',
      'sha256:',
      `sha256:${sha256(B)}`,
      `sha512:${sha256(A)}`,
      'sha256:../../images',
      sha256(A),
    ]) {
      expect(await get(cache.byDigest(digest))).toBeUndefined()
    }
  })

  it('replaces the binary of an image by a newer one', async () => {
    const cache = await open(await temporaryDirectory())
    await get(cache.put([A], IMAGE))
    const second = await get(cache.put([B], IMAGE))
    expect(await get(cache.byImage(IMAGE))).toStrictEqual(second)
    expect(await get(cache.byDigest(`sha256:${sha256(A)}`))).toMatchObject({ size: 1000 })
  })

  it('keeps its files private, and leaves no temporary files', async () => {
    const dir = join(await temporaryDirectory(), 'new', 'cache')
    const cache = await open(dir)
    await get(cache.put([A], IMAGE))
    const modes = async (path: string): Promise<number> => (await lstat(path)).mode & 0o777
    for (const folder of [dir, join(dir, 'blobs'), join(dir, 'blobs', 'sha256'), join(dir, 'images')]) {
      expect(await modes(folder)).toBe(0o700)
    }
    expect(await modes(blobPath(dir, A))).toBe(0o600)
    expect(await modes(imagePath(dir, IMAGE))).toBe(0o600)
    expect(await blobsIn(dir)).toEqual([sha256(A)])
    expect(await readdir(join(dir, 'images'))).toHaveLength(1)
  })

  it('does not write a binary again', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    await get(cache.put([A], IMAGE))
    const { ino } = await lstat(blobPath(dir, A))
    const record = await lstat(imagePath(dir, IMAGE))
    await get(cache.put([A], IMAGE))
    expect((await lstat(blobPath(dir, A))).ino).toBe(ino)
    expect((await lstat(imagePath(dir, IMAGE))).ino).toBe(record.ino)
  })

  it('accepts many concurrent puts', async () => {
    const dir = await temporaryDirectory()
    const caches = [await open(dir), await open(dir)]
    const binaries = Array.from({ length: 10 }, (_, i) => bytesOf(i, 50_000))
    const puts = caches.flatMap((cache) =>
      binaries.flatMap((bytes, i) => [1, 2].map(() => get(cache.put([bytes], `image ${i}`)))),
    )
    const results = await Promise.all(puts)
    expect(results.every(({ content }) => 'path' in content)).toBe(true)
    expect((await blobsIn(dir)).sort()).toEqual(binaries.map((bytes) => sha256(bytes)).sort())
    for (const [i, bytes] of binaries.entries()) {
      expect(await readFile(blobPath(dir, bytes))).toEqual(Buffer.from(bytes))
      expect(await get((await open(dir)).byImage(`image ${i}`))).toMatchObject({
        digest: `sha256:${sha256(bytes)}`,
      })
    }
  })

  it('forgets what is evicted', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const { digest } = await get(cache.put([A], IMAGE))
    const events: string[] = []
    await new Promise<void>((resolve) => {
      cache.evict(digest).subscribe({
        complete: () => {
          events.push('complete')
          resolve()
        },
      })
    })
    expect(events).toEqual(['complete'])
    expect(await get(cache.byDigest(digest))).toBeUndefined()
    expect(await get(cache.byImage(IMAGE))).toBeUndefined()
    expect(await blobsIn(dir)).toEqual([])
    expect(await get(cache.put([A], IMAGE))).toMatchObject({ digest, content: { path: blobPath(dir, A) } })
  })

  it('evicts nothing but digests', async () => {
    const dir = await temporaryDirectory()
    await writeFile(join(dir, 'precious'), 'x')
    const cache = await open(dir)
    for (const digest of ['sha256:../../precious', '../../precious', '', 'sha256:']) {
      await get(cache.evict(digest)).catch(() => undefined)
    }
    expect(await readFile(join(dir, 'precious'), 'utf8')).toBe('x')
  })

  it('keeps the event loop turning', async () => {
    const cache = await open(await temporaryDirectory(), { maxBytes: 100 * MEGABYTE })
    let turns = 0
    let isDone = false
    const turn = (): void => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    turn()
    await get(
      cache.put([
        bytesOf(1, 8 * MEGABYTE),
        ...Array.from({ length: 32 }, (_, i) => bytesOf(i, MEGABYTE / 4)),
      ]),
    )
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(16)
  })

  it('abandons a put that nobody waits for', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    cache
      .put([bytesOf(1, 4 * MEGABYTE)])
      .subscribe()
      .unsubscribe()
    await get(cache.put([A]))
    expect(await blobsIn(dir)).toEqual([sha256(A)])
  })

  it('logs with pino', async () => {
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
    await openCache({ dir: undefined, maxBytes: 1, log })
    expect(lines.join()).toContain('No cache directory')
  })
})

describe('a damaged cache', () => {
  it('returns no binary of the wrong size for an image, and recovers', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    await get(cache.put([A], IMAGE))
    await truncate(blobPath(dir, A), 999)
    expect(await get(cache.byImage(IMAGE))).toBeUndefined()
    await get(cache.put([A], IMAGE))
    expect(await readFile(blobPath(dir, A))).toEqual(Buffer.from(A))
    expect(await get(cache.byImage(IMAGE))).toMatchObject({ size: 1000 })
  })

  it.each([
    ['no JSON', '{"image":'],
    ['another shape', '{"image":"x","digest":7,"size":1}'],
    ['of another image', JSON.stringify({ image: 'other', digest: `sha256:${sha256(A)}`, size: 1000 })],
    ['a path for a digest', JSON.stringify({ image: IMAGE, digest: 'sha256:../../x', size: 1 })],
    ['of a binary that is gone', JSON.stringify({ image: IMAGE, digest: `sha256:${sha256(B)}`, size: 2000 })],
    ['empty', ''],
    ['huge', ' '.repeat(MEGABYTE)],
  ])('ignores a record that is %s', async (_, text) => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    await get(cache.put([A]))
    await writeFile(imagePath(dir, IMAGE), text)
    expect(await get(cache.byImage(IMAGE))).toBeUndefined()
    await get(cache.put([A], IMAGE))
    expect(await get(cache.byImage(IMAGE))).toMatchObject({ size: 1000 })
  })

  it('follows no symlinks', async () => {
    const dir = await temporaryDirectory()
    const outside = join(await temporaryDirectory(), 'outside')
    await writeFile(outside, B)
    const cache = await open(dir)
    await get(cache.put([B], IMAGE))
    await rename(imagePath(dir, IMAGE), `${outside}.json`)
    await symlink(`${outside}.json`, imagePath(dir, IMAGE))
    expect(await get(cache.byImage(IMAGE))).toBeUndefined()
    await symlink(outside, blobPath(dir, A))
    expect(await get(cache.byDigest(`sha256:${sha256(A)}`))).toBeUndefined()
    expect(await get(cache.put([A]))).toMatchObject({ content: { path: blobPath(dir, A) } })
    expect((await lstat(blobPath(dir, A))).isFile()).toBe(true)
    expect(await readFile(outside)).toEqual(Buffer.from(B))
  })

  it('leaves foreign files alone', async () => {
    const dir = await temporaryDirectory()
    await open(dir)
    const foreign = join(dir, 'blobs', 'sha256', 'README')
    await writeFile(foreign, 'x'.repeat(5000))
    await mkdir(blobPath(dir, B))
    const cache = await open(dir, { maxBytes: 1500 })
    expect(await get(cache.put([A]))).toMatchObject({ content: { path: blobPath(dir, A) } })
    expect(await get(cache.byDigest(`sha256:${sha256(B)}`))).toBeUndefined()
    expect(await readFile(foreign, 'utf8')).toHaveLength(5000)
  })
})
