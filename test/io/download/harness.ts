import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastValueFrom, toArray } from 'rxjs'
import { expect, onTestFinished } from 'vitest'
import { openCache } from '../../../src/io/cache/cache.js'
import type { Binary } from '../../../src/model/binary.js'
import { createDownloader, type DownloaderOptions } from '../../../src/io/download/open.js'
import { DownloadError, type Download, type DownloadEvent } from '../../../src/model/download.js'
import { startWebServer, type Exchange } from '../../support/web-server.js'
import type { Pair } from '../../support/certs.js'

export const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** `size` bytes with the magic number of WebAssembly. */
export const wasmOf = (size: number, seed = 1): Buffer => {
  const bytes = Buffer.alloc(size, seed)
  bytes.set(WASM.subarray(0, size))
  return bytes
}

export const temporaryDirectory = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'proplet-download-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

type Given = Partial<Omit<DownloaderOptions, 'cache' | 'registry'>> &
  Partial<DownloaderOptions['registry']> & { readonly dir?: string | undefined; readonly cacheMax?: number }

/** Downloads from 127.0.0.1 and localhost into a cache of the test. */
export const downloader = async (given: Given = {}) => {
  const dir = 'dir' in given ? given.dir : await temporaryDirectory()
  const ignore = () => undefined
  const cache = await openCache({
    dir,
    maxBytes: given.cacheMax ?? 64 * 1024 * 1024,
    log: { warn: ignore, debug: ignore },
  })
  const maxBytes = given.maxBytes ?? 16 * 1024 * 1024
  const opened = createDownloader({
    cache,
    maxBytes,
    maxTotalBytes: given.maxTotalBytes ?? maxBytes * 2,
    privateRules: given.privateRules ?? [{ type: 'all' }],
    tls: given.tls ?? { ca: undefined, verify: true },
    registry: {
      insecure: given.insecure ?? [],
      authFile: given.authFile ?? '/nowhere/config.json',
      env: given.env ?? process.env,
    },
  })
  const open = (reference: string): Download => {
    const download = opened(reference)
    onTestFinished(() => download.close())
    return download
  }
  return { open, dir, cache }
}

/** The events of one attempt. */
export const attempt = (download: Download): Promise<readonly DownloadEvent[]> =>
  lastValueFrom(download.attempt.pipe(toArray()))

export type Got = { readonly binary: Binary; readonly from: string }

/** One attempt, and the binary that it provided. */
export const got = async (download: Download): Promise<Got> => {
  const event = (await attempt(download)).at(-1)
  if (event?.type !== 'fetched') throw new Error('nothing was fetched')
  return event
}

export const contentOf = async ({ content }: Binary): Promise<Buffer> =>
  'path' in content ? readFile(content.path) : Buffer.from(content.bytes)

/** The error of one attempt. */
export const failure = async (download: Download): Promise<DownloadError> => {
  const error: unknown = await attempt(download).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(DownloadError)
  if (!(error instanceof DownloadError)) throw new Error('no error')
  return error
}

/** A web server that is closed after the test. */
export const serve = async (answer: (exchange: Exchange, index: number) => void, pair?: Pair) => {
  const server = await startWebServer(answer, pair)
  onTestFinished(() => server.close())
  return server
}

/** The files that a download has left behind in the cache. */
export const leftovers = async (dir: string): Promise<readonly string[]> =>
  (await readdir(join(dir, 'blobs', 'sha256'))).filter((name) => name.startsWith('.'))
