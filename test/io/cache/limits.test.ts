import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Binary } from '../../../src/model/binary.js'
import {
  age,
  blobPath,
  blobsIn,
  bytesOf,
  createLog,
  get,
  imagePath,
  open,
  sha256,
  temporaryDirectory,
} from './harness.js'

const A = bytesOf(1, 1000)
const B = bytesOf(2, 1000)
const C = bytesOf(3, 1000)
const digest = (bytes: Uint8Array): string => `sha256:${sha256(bytes)}`
const isInMemory = ({ content }: Binary): boolean => 'bytes' in content

/** A cache with A, B and C, last used in this order long ago, by a process that has ended. */
const filled = async (): Promise<string> => {
  const dir = await temporaryDirectory()
  const cache = await open(dir)
  for (const [i, bytes] of [A, B, C].entries()) {
    await get(cache.put([bytes], `image ${i}`))
    await age(blobPath(dir, bytes), 30 - 10 * i)
  }
  return dir
}

describe('the size of the cache', () => {
  it('is limited by deleting the least recently used', async () => {
    const dir = await filled()
    const cache = await open(dir, { maxBytes: 3500 })
    const D = bytesOf(4, 1600)
    expect(isInMemory(await get(cache.put([D])))).toBe(false)
    expect((await blobsIn(dir)).sort()).toEqual([sha256(C), sha256(D)].sort())
    expect(await get(cache.byImage('image 0'))).toBeUndefined()
    expect(await get(cache.byImage('image 2'))).toMatchObject({ digest: digest(C) })
  })

  it.each(['byDigest', 'byImage', 'put'] as const)('counts %s as a use', async (use) => {
    const dir = await filled()
    const cache = await open(dir, { maxBytes: 3500 })
    if (use === 'put') await get(cache.put([A]))
    else await get(use === 'byDigest' ? cache.byDigest(digest(A)) : cache.byImage('image 0'))
    await get(cache.put([bytesOf(4, 1000)]))
    expect(await blobsIn(dir)).toContain(sha256(A))
    expect(await blobsIn(dir)).not.toContain(sha256(B))
  })

  it('is limited again after the limit was lowered', async () => {
    const dir = await filled()
    await open(dir, { maxBytes: 1000 })
    expect(await blobsIn(dir)).toEqual([sha256(C)])
  })

  it('does not delete a binary that was just handed out: the new one stays in memory', async () => {
    const dir = await filled()
    const cache = await open(dir, { maxBytes: 3500 })
    for (const bytes of [A, B, C]) await get(cache.byDigest(digest(bytes)))
    for (const bytes of [A, B, C]) await age(blobPath(dir, bytes), 30)
    const D = bytesOf(4, 1000)
    expect(await get(cache.put([D.subarray(0, 400), D.subarray(400)]))).toStrictEqual({
      digest: digest(D),
      size: 1000,
      content: { bytes: D },
    })
    expect(await blobsIn(dir)).toHaveLength(3)
  })

  it('does not delete what another process just used', async () => {
    const dir = await filled()
    await age(blobPath(dir, A), 0)
    const cache = await open(dir, { maxBytes: 2000 })
    await get(cache.put([bytesOf(4, 1000)]))
    expect((await blobsIn(dir)).sort()).toEqual([sha256(A), sha256(bytesOf(4, 1000))].sort())
  })

  it('does not accept a binary beyond the limit, and deletes nothing for it', async () => {
    const dir = await filled()
    const cache = await open(dir, { maxBytes: 3000 })
    expect(isInMemory(await get(cache.put([bytesOf(4, 3001)], 'big')))).toBe(true)
    expect(await get(cache.byImage('big'))).toBeUndefined()
    expect(await blobsIn(dir)).toHaveLength(3)
  })

  it('may be zero', async () => {
    const cache = await open(await temporaryDirectory(), { maxBytes: 0 })
    expect(isInMemory(await get(cache.put([A])))).toBe(true)
  })

  it('bounds the number of images too', async () => {
    const dir = await temporaryDirectory()
    const cache = await open(dir)
    await get(cache.put([A], 'first'))
    await age(imagePath(dir, 'first'), 30)
    const others = Array.from(
      { length: 1024 },
      () => `${createHash('sha256').update(randomUUID()).digest('hex')}.json`,
    )
    await Promise.all(others.map((name) => writeFile(join(dir, 'images', name), '{}')))
    await get(cache.put([A], 'second'))
    expect(await readdir(join(dir, 'images'))).toHaveLength(1024)
    expect(await get(cache.byImage('first'))).toBeUndefined()
    expect(await get(cache.byImage('second'))).toMatchObject({ digest: digest(A) })
  })
})

describe('temporary files', () => {
  const name = (pid: number, host = hostname()): string =>
    `.tmp-${createHash('sha256').update(host).digest('hex').slice(0, 8)}-${pid}-${randomUUID()}`

  it('of processes that are gone are removed when the cache is opened, the others are not', async () => {
    const dir = await temporaryDirectory()
    await open(dir)
    const gone = spawnSync(process.execPath, ['--version']).pid
    const files = {
      gone: name(gone),
      before: name(process.pid),
      mine: name(process.pid),
      parent: name(process.ppid),
      elsewhere: name(gone, 'another host'),
      old: name(gone, 'another host'),
      foreign: '.tmp-of-somebody',
    }
    for (const file of Object.values(files)) await writeFile(join(dir, 'blobs', 'sha256', file), 'x')
    await age(join(dir, 'blobs', 'sha256', files.before), 9)
    await age(join(dir, 'blobs', 'sha256', files.old), 11)
    await writeFile(join(dir, 'images', files.gone), 'x')
    await open(dir)
    const { mine, parent, elsewhere, foreign } = files
    expect((await blobsIn(dir)).sort()).toEqual([mine, parent, elsewhere, foreign].sort())
    expect(await readdir(join(dir, 'images'))).toEqual([])
  })
})

describe('a disk that fails', () => {
  const warnings = (log: ReturnType<typeof createLog>): string[] =>
    log.logged.filter(({ level }) => level === 'warn').map(({ message }) => message)

  it.each([
    ['none at all', () => undefined],
    [
      'one below a file',
      async () => {
        const file = join(await temporaryDirectory(), 'file')
        await writeFile(file, '')
        return join(file, 'cache')
      },
    ],
    [
      'one whose blobs are a symlink',
      async () => {
        const dir = await temporaryDirectory()
        await symlink(await temporaryDirectory(), join(dir, 'blobs'))
        return dir
      },
    ],
  ])('falls back to memory, with one warning: %s', async (_, directory) => {
    const log = createLog()
    const cache = await open(await directory(), { log })
    expect(await get(cache.put([A, B], 'image'))).toStrictEqual({
      digest: `sha256:${sha256(A, B)}`,
      size: 2000,
      content: { bytes: Uint8Array.from(Buffer.concat([A, B])) },
    })
    expect(await get(cache.put([A]))).toMatchObject({ content: { bytes: A } })
    expect(await get(cache.byImage('image'))).toBeUndefined()
    expect(await get(cache.byDigest(digest(A)))).toBeUndefined()
    expect(warnings(log)).toHaveLength(1)
  })

  it.runIf(process.platform === 'linux')('causes a warning if no directory can be created', async () => {
    const log = createLog()
    const cache = await open('/proc/self/no/such', { log })
    expect(isInMemory(await get(cache.put([A])))).toBe(true)
    expect(warnings(log)).toHaveLength(1)
  })

  it('causes one warning, and is retried', async () => {
    const dir = await temporaryDirectory()
    const log = createLog()
    const cache = await open(dir, { log })
    const blobs = join(dir, 'blobs', 'sha256')
    await rm(blobs, { recursive: true })
    await writeFile(blobs, 'in the way')
    expect(isInMemory(await get(cache.put([A])))).toBe(true)
    expect(isInMemory(await get(cache.put([B], 'image')))).toBe(true)
    expect(warnings(log)).toHaveLength(1)
    await rm(blobs)
    await mkdir(blobs)
    expect(await get(cache.put([A], 'image'))).toMatchObject({ content: { path: blobPath(dir, A) } })
    expect(await get(cache.byImage('image'))).toMatchObject({ size: 1000 })
  })

  it('returns the path of a stored binary, even if its image could not be recorded', async () => {
    const dir = await temporaryDirectory()
    const log = createLog()
    const cache = await open(dir, { log })
    await rm(join(dir, 'images'), { recursive: true })
    expect(await get(cache.put([A], 'image'))).toMatchObject({ content: { path: blobPath(dir, A) } })
    expect(await readFile(blobPath(dir, A))).toEqual(Buffer.from(A))
    expect(warnings(log)).toHaveLength(1)
  })
})
