import { ignoreElements, Observable } from 'rxjs'
import type { Binary } from '../../model/binary.js'
import { abortable } from '../abortable.js'
import { digestOf, joined, sizeOf } from '../slices.js'
import { Spool, type Budget } from './spool.js'
import { openStore, type Known, type Store } from './store.js'

export type BinaryCache = {
  /** The binary last fetched for that image, if it is still cached. */
  readonly byImage: (image: string) => Observable<Binary | undefined>
  /** The binary with this digest, if it is cached. */
  readonly byDigest: (digest: string) => Observable<Binary | undefined>
  /**
   * Stores the pieces (in order) under their digest and, if given, under the image. If they cannot be stored, the
   * binary is in memory; the caller must not change the pieces any more. Unsubscribing before it emits abandons the
   * work.
   */
  readonly put: (pieces: readonly Uint8Array[], image?: string) => Observable<Binary>
  /** Like `byImage`, with the entity tag that was recorded. */
  readonly known: (image: string) => Promise<Known | undefined>
  /** Records which binary an image is, if the binary is on disk. */
  readonly note: (image: string, binary: Binary, etag?: string) => Promise<void>
  /** A place for data being received: on disk, or within the budget in memory. The caller closes it. */
  readonly spool: (budget: Budget) => Spool
  /**
   * Converts received data to a binary. If it cannot be stored, the binary is in memory; rejects if there is no room
   * there either.
   */
  readonly adopt: (spool: Spool) => Promise<Binary>
  /** Keeps a binary on disk while subscribed to; never emits. */
  readonly hold: (digest: string) => Observable<never>
  /** Forgets a digest, because its file turned out to be damaged. */
  readonly evict: (digest: string) => Observable<never>
}

export type CacheLog = {
  readonly warn: (details: object, message: string) => void
  readonly debug: (details: object, message: string) => void
}

export type CacheOptions = {
  /** Undefined to store nothing. */
  readonly dir: string | undefined
  readonly maxBytes: number
  readonly log: CacheLog
}

/** For quick work that always runs to its end. */
const NEVER_ABORTED = new AbortController().signal

type Report = (error: unknown, message: string) => void

/** Only the first failure of the disk is a warning, because others tend to follow. */
const reporter = (log: CacheLog): Report => {
  let isFirst = true
  return (err, message) => {
    if (isFirst) log.warn({ err }, message)
    else log.debug({ err }, message)
    isFirst = false
  }
}

const tryStore = async ({ dir, maxBytes, log }: CacheOptions, report: Report): Promise<Store | undefined> => {
  if (dir === undefined) {
    log.warn({}, 'No cache directory: binaries are not cached')
    return undefined
  }
  try {
    return await openStore(dir, maxBytes)
  } catch (error) {
    report(error, 'Cache directory unusable: binaries are not cached')
    return undefined
  }
}

/**
 * Binaries on disk. None of its streams errors: if the disk fails, `put` returns the binary in memory, and the others
 * find nothing. A path that was handed out stays valid for at least a minute, unless it is evicted. The content of
 * files is not verified against the digest here, but by their readers. Several proplets may share a directory.
 */
export const openCache = async (options: CacheOptions): Promise<BinaryCache> => {
  const report = reporter(options.log)
  const store = await tryStore(options, report)

  const attempt =
    <T>(message: string, work: (store: Store, signal: AbortSignal) => Promise<T>) =>
    async (signal: AbortSignal): Promise<T | undefined> => {
      try {
        return store === undefined ? undefined : await work(store, signal)
      } catch (error) {
        if (!signal.aborted) report(error, message)
        return undefined
      }
    }

  return {
    byImage: (image) =>
      abortable(attempt('Failed to read the cache', async (disk) => (await disk.byImage(image))?.binary)),
    known: (image) => attempt('Failed to read the cache', (disk) => disk.byImage(image))(NEVER_ABORTED),
    note: async (image, { digest, size, content }, etag) => {
      if (!('path' in content)) return
      await attempt('Failed to record an image in the cache', (disk, signal) =>
        disk.name({ image, digest, size, ...(etag !== undefined && { etag }) }, signal),
      )(NEVER_ABORTED)
    },
    spool: (budget) =>
      new Spool(
        store && {
          path: store.temporaryPath(),
          report: (error) => report(error, 'Failed to write to the cache: keeping a binary in memory'),
        },
        budget,
      ),
    adopt: async (spool) => {
      const { digest, size, path } = spool
      const kept =
        path === undefined
          ? undefined
          : await attempt('Failed to store a binary in the cache', async (disk) => {
              await spool.sync()
              return disk.adopt(digest, size, path)
            })(NEVER_ABORTED)
      if (kept !== undefined) return kept
      const pieces = await spool.take()
      return { digest, size, content: { bytes: await joined(pieces, NEVER_ABORTED) } }
    },
    byDigest: (digest) => abortable(attempt('Failed to read the cache', (disk) => disk.byDigest(digest))),
    put: (pieces, image) =>
      abortable(async (signal) => {
        const digest = await digestOf(pieces, signal)
        const size = sizeOf(pieces)
        const kept = await attempt('Failed to store a binary in the cache', (disk) =>
          disk.put(digest, size, pieces, signal),
        )(signal)
        if (kept === undefined) return { digest, size, content: { bytes: await joined(pieces, signal) } }
        if (image !== undefined)
          await attempt('Failed to record an image in the cache', (disk) =>
            disk.name({ image, digest, size }, signal),
          )(signal)
        return kept
      }),
    hold: (digest) => new Observable(() => store?.hold(digest)),
    evict: (digest) =>
      abortable(attempt('Failed to remove a binary from the cache', (disk) => disk.evict(digest))).pipe(
        ignoreElements(),
      ),
  }
}
