import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastValueFrom, type Observable } from 'rxjs'
import { onTestFinished } from 'vitest'
import { type BinaryCache, type CacheOptions, openCache } from '../../../src/io/cache/cache.js'

export const MEGABYTE = 1024 * 1024

export const temporaryDirectory = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'proplet-cache-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export type Logged = { readonly level: 'warn' | 'debug'; readonly message: string }

export const createLog = () => {
  const logged: Logged[] = []
  return {
    logged,
    warn: (_: object, message: string): void => void logged.push({ level: 'warn', message }),
    debug: (_: object, message: string): void => void logged.push({ level: 'debug', message }),
  }
}

/** Opens a cache. Its log must stay empty, unless the test passes another one. */
export const open = (dir: string | undefined, options: Partial<CacheOptions> = {}): Promise<BinaryCache> => {
  const log = createLog()
  onTestFinished(() => {
    if (log.logged.length > 0) throw new Error(`logged: ${JSON.stringify(log.logged)}`)
  })
  return openCache({ dir, maxBytes: 10 * MEGABYTE, log, ...options })
}

export const get = <T>(source: Observable<T>): Promise<T> => lastValueFrom(source)

export const sha256 = (...pieces: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** `size` bytes, different for each seed. */
export const bytesOf = (seed: number, size: number): Uint8Array => {
  const bytes = new Uint8Array(size).fill(seed)
  bytes.set(Uint8Array.of(seed >> 8, seed & 255).subarray(0, size))
  return bytes
}

export const blobPath = (dir: string, bytes: Uint8Array): string =>
  join(dir, 'blobs', 'sha256', sha256(bytes))

export const imagePath = (dir: string, image: string): string =>
  join(dir, 'images', `${sha256(Buffer.from(image))}.json`)

export const blobsIn = (dir: string): Promise<string[]> => readdir(join(dir, 'blobs', 'sha256'))

/** Sets the times of a file to this many minutes ago. */
export const age = async (path: string, minutes: number): Promise<void> => {
  const then = new Date(Date.now() - minutes * 60_000)
  await utimes(path, then, then)
}
