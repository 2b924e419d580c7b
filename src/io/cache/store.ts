import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binary } from '../../model/binary.js'
import { createBlobs } from './blobs.js'
import { writeWhole } from './files.js'
import { openFolders } from './folders.js'
import { createImages, type ImageRecord } from './images.js'

/** The binary of an image, with its entity tag. */
export type Known = { readonly binary: Binary; readonly etag: string | undefined }

/** The cache on disk; every method throws the errors of the disk. */
export type Store = {
  readonly byImage: (image: string) => Promise<Known | undefined>
  readonly byDigest: (digest: string) => Promise<Binary | undefined>
  /** Undefined if there is no room. */
  readonly put: (
    digest: string,
    size: number,
    pieces: readonly Uint8Array[],
    signal: AbortSignal,
  ) => Promise<Binary | undefined>
  /** Like `put` for an existing file, which is moved. */
  readonly adopt: (digest: string, size: number, path: string) => Promise<Binary | undefined>
  /** For `adopt`. */
  readonly temporaryPath: () => string
  /** Records which binary an image is. */
  readonly name: (record: ImageRecord, signal: AbortSignal) => Promise<void>
  /** Protects it from eviction until the returned function is called. */
  readonly hold: (digest: string) => () => void
  readonly evict: (digest: string) => Promise<void>
}

/** Runs jobs one at a time. */
const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(job: () => Promise<T>): Promise<T> => {
    const mine = last.then(job)
    last = mine.catch(() => undefined)
    return mine
  }
}

export const openStore = async (dir: string, maxBytes: number): Promise<Store> => {
  const folders = await openFolders(dir)
  const blobs = createBlobs(folders.blobs, maxBytes)
  const images = createImages(folders.images)
  // One writer at a time, so that two cannot use the same room. At most one per fetch waits.
  const inTurn = createQueue()
  await blobs.makeRoom(0)

  return {
    byImage: async (image) => {
      const record = await images.find(image)
      if (record === undefined) return undefined
      const binary = await blobs.find(record.digest, record.size)
      if (binary === undefined) await images.forget(image)
      return binary && { binary, etag: record.etag }
    },
    byDigest: (digest) => blobs.find(digest),
    put: async (digest, size, pieces, signal) =>
      (await blobs.find(digest, size)) ??
      inTurn(() => blobs.keep(digest, size, (folder, name) => writeWhole(folder, name, pieces, signal))),
    adopt: (digest, size, path) =>
      inTurn(() => blobs.keep(digest, size, (folder, name) => rename(path, join(folder, name)))),
    temporaryPath: blobs.temporaryPath,
    name: images.keep,
    hold: blobs.hold,
    evict: (digest) => inTurn(() => blobs.evict(digest)),
  }
}
