import { open as openFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCache } from '../../../src/io/cache/cache.js'
import { createBudget, Spool, type SpoolFile } from '../../../src/io/cache/spool.js'
import { blobPath, bytesOf, createLog, get, MEGABYTE, open, sha256, temporaryDirectory } from './harness.js'

const contentOf = async (spool: Spool): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  for await (const piece of spool.read()) pieces.push(piece)
  return Buffer.concat(pieces)
}

const temporary = async (dir: string) =>
  (await readdir(join(dir, 'blobs', 'sha256'))).filter((name) => name.startsWith('.tmp'))

describe('a spool', () => {
  it('keeps what is written on disk, and becomes a binary of the cache', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const spool = cache.spool(createBudget(0))
    const [a, b] = [bytesOf(1, 3 * MEGABYTE), bytesOf(2, 1000)]
    await spool.write(a)
    await spool.write(b)
    expect(spool.digest).toBe(`sha256:${sha256(a, b)}`)
    expect(Buffer.concat([a, b]).equals(await contentOf(spool))).toBe(true)
    const binary = await cache.adopt(spool)
    await spool.close()
    expect(binary).toStrictEqual({
      digest: `sha256:${sha256(a, b)}`,
      size: a.length + b.length,
      content: { path: blobPath(dir, Buffer.concat([a, b])) },
    })
    expect(await get(cache.byDigest(binary.digest))).toStrictEqual(binary)
    expect(await temporary(dir)).toStrictEqual([])
  })

  it('that is empty, or never written to, leaves no file', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const spool = cache.spool(createBudget(0))
    expect(await temporary(dir)).toStrictEqual([])
    expect(await cache.adopt(spool)).toMatchObject({ size: 0 })
    await spool.close()
  })

  it('starts again after a reset, and is gone after its end', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const spool = cache.spool(createBudget(0))
    await spool.write(bytesOf(1, 5000))
    await spool.reset()
    expect(spool.size).toBe(0)
    await spool.write(bytesOf(2, 10))
    expect(bytesOf(2, 10)).toStrictEqual(new Uint8Array(await contentOf(spool)))
    expect(await temporary(dir)).toHaveLength(1)
    await spool.close()
    await spool.close()
    expect(await temporary(dir)).toStrictEqual([])
  })

  it('is in memory, within the budget, without a disk', async () => {
    const budget = createBudget(100)
    const [one, two] = [new Spool(undefined, budget), new Spool(undefined, budget)]
    await one.write(bytesOf(1, 60))
    await expect(two.write(bytesOf(2, 41))).rejects.toThrow('use up the memory')
    await two.write(bytesOf(2, 40))
    await one.close()
    await two.reset()
    await two.write(bytesOf(3, 100))
    expect(two.path).toBeUndefined()
    expect(two.size).toBe(100)
    await two.close()
    expect(budget.take(100)).toBe(true)
  })

  it('continues in memory if its file cannot be created, with one warning', async () => {
    const dir = await temporaryDirectory()
    const log = createLog()
    const cache = await openCache({ dir, maxBytes: MEGABYTE, log })
    await rm(join(dir, 'blobs'), { recursive: true })
    const spool = cache.spool(createBudget(1000))
    await spool.write(bytesOf(1, 500))
    const binary = await cache.adopt(spool)
    expect(binary).toMatchObject({ size: 500, content: { bytes: bytesOf(1, 500) } })
    expect(log.logged.map(({ level }) => level)).toStrictEqual(['warn'])
    await spool.close()
  })

  it('moves its content from disk to memory when the disk is full', async () => {
    const path = join(await temporaryDirectory(), 'spool')
    const reported: unknown[] = []
    const openFull = async (): Promise<SpoolFile> => {
      const file = await openFile(path, 'wx+')
      let writes = 0
      return new Proxy(file, {
        get: (target, key) => {
          if (key === 'write' && ++writes > 1) return () => Promise.reject(new Error('no space left'))
          const value: unknown = Reflect.get(target, key)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      })
    }
    const place = { path, report: (error: unknown) => reported.push(error), open: openFull }
    const spool = new Spool(place, createBudget(1000))
    await spool.write(bytesOf(1, 400))
    expect(spool.path).toBe(path)
    await spool.write(bytesOf(2, 400))
    expect(spool.path).toBeUndefined()
    expect(Buffer.concat([bytesOf(1, 400), bytesOf(2, 400)]).equals(await contentOf(spool))).toBe(true)
    expect(spool.digest).toBe(`sha256:${sha256(bytesOf(1, 400), bytesOf(2, 400))}`)
    expect(reported).toStrictEqual([new Error('no space left')])
    await expect(stat(path)).rejects.toThrow('ENOENT')
    await spool.close()
  })

  it('is given from memory when the cache has no room', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir, { maxBytes: 1000 })
    const spool = cache.spool(createBudget(5000))
    await spool.write(bytesOf(1, 2000))
    expect(await cache.adopt(spool)).toMatchObject({ size: 2000, content: { bytes: bytesOf(1, 2000) } })
    await spool.close()
    expect(await temporary(dir)).toStrictEqual([])
  })

  it('with the content of a cached binary becomes that binary', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const bytes = bytesOf(1, 100)
    const before = await get(cache.put([bytes]))
    const inode = (await stat(blobPath(dir, bytes))).ino
    const spool = cache.spool(createBudget(0))
    await spool.write(bytes)
    expect(await cache.adopt(spool)).toStrictEqual(before)
    await spool.close()
    expect((await stat(blobPath(dir, bytes))).ino).toBe(inode)
  })
})

describe('an entity tag', () => {
  it('is recorded with an image, and replaced with it', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    const binary = await get(cache.put([bytesOf(1, 10)], 'url x'))
    expect(await cache.known('url x')).toStrictEqual({ binary, etag: undefined })
    await cache.note('url x', binary, '"v1"')
    expect(await cache.known('url x')).toStrictEqual({ binary, etag: '"v1"' })
    const later = await open(dir)
    expect((await later.known('url x'))?.etag).toBe('"v1"')
    await cache.note('url x', { ...binary, content: { bytes: bytesOf(1, 10) } }, '"v2"')
    expect((await cache.known('url x'))?.etag).toBe('"v1"')
    expect(await cache.known('url y')).toBeUndefined()
  })
})
