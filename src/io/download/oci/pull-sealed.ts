import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { firstValueFrom, of } from 'rxjs'
import type { Binary } from '../../../model/binary.js'
import { DownloadError, type Download } from '../../../model/download.js'
import { decode } from '../../codecs/decode.js'
import { label, list } from '../../codecs/types.js'
import type { Spool } from '../../cache/spool.js'
import type { Attempt, DownloadContext } from '../transfer/context.js'
import type { Http } from '../http/http.js'
import { createSession } from '../transfer/session.js'
import { openImage, type Image, type RegistryOptions } from './image.js'
import { parsedJson } from './json.js'
import { checked, type Descriptor, type ImageManifest } from './manifest.js'
import { DIGEST } from './reference.js'

const ENCRYPTED = /\+encrypted$/
const WASM = /^application\/(?:wasm|vnd\.(?:module\.)?wasm\.content\.layer\.v1\+wasm)(?:\+encrypted)?$/
const MAX_LAYERS = 16
const MAX_CONFIG_BYTES = 512 * 1024
const CONFIGS: ReadonlySet<string | undefined> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
])

const isEncrypted = ({ mediaType }: Descriptor): boolean => ENCRYPTED.test(mediaType ?? '')

/** A layer, and its index in the image. */
type Placed = { readonly layer: Descriptor; readonly index: number }

/**
 * The encrypted layers that may contain the binary: the one declared as wasm; otherwise all from the top down.
 * Unencrypted layers are skipped, because the key does not vouch for their content. Throws a `DownloadError`.
 */
export const chooseSealedLayers = (layers: readonly Descriptor[], what: string): readonly Placed[] => {
  const placed = layers.map((layer, index) => ({ layer: checked(layer, what), index }))
  const wasm = placed.find(({ layer }) => WASM.test(layer.mediaType ?? ''))
  const chosen = (wasm === undefined ? placed.reverse() : [wasm]).filter(({ layer }) => isEncrypted(layer))
  if (chosen.length === 0) throw new DownloadError(`image ${what} is not encrypted`)
  if (chosen.length > MAX_LAYERS)
    throw new DownloadError(`${what}: ${chosen.length} encrypted layers; expected at most ${MAX_LAYERS}`)
  return chosen
}

const config = t.type({ rootfs: t.type({ diff_ids: list(label(256), 1024) }) })

/** The digests of the unencrypted, uncompressed layers; empty if the image does not state them. */
const diffIdsOf = async (
  { config: descriptor }: ImageManifest,
  { smallBlob, shown }: Image,
  attempt: Attempt,
): Promise<readonly string[]> => {
  if (descriptor === undefined || !CONFIGS.has(descriptor.mediaType)) return []
  const bytes = await smallBlob(checked(descriptor, shown), MAX_CONFIG_BYTES, attempt)
  const decoded = decode(config)(parsedJson(bytes))
  if (E.isLeft(decoded)) throw new DownloadError(`${shown}: its config: ${decoded.left.message}`)
  return decoded.right.rootfs.diff_ids
}

const textsOf = (annotations: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

/**
 * Downloads an encrypted image from its registry: the encrypted layer, and what is needed to decrypt it. Layers may come
 * from the cache, but the manifest never does: who may run the image is decided anew each time. Throws a `DownloadError`
 * if the text is not a reference.
 */
export const pullSealed = (
  text: string,
  { cache, ...context }: DownloadContext,
  options: RegistryOptions,
  openHttp: () => Http,
): Download => {
  if (/^https?:\/\//i.test(text))
    throw new DownloadError('image_url: expected an image of a registry for an encrypted task, not a URL')
  const image = openImage(text, options)
  const { shown } = image

  /** If there is only one candidate, its received part is kept for the next attempt. */
  let isSpoolFree = true

  const receiveInto = async (layer: Descriptor, spool: Spool, attempt: Attempt): Promise<Binary> => {
    await image.receiveLayer(layer, spool, context.maxBytes, attempt)
    return cache.adopt(spool)
  }

  const layerOf = async (layer: Descriptor, only: Spool | undefined, attempt: Attempt) => {
    const kept = await firstValueFrom(cache.byDigest(layer.digest))
    if (kept?.size === layer.size) return { binary: kept, isNew: false }
    if (only !== undefined && isSpoolFree) {
      const binary = await receiveInto(layer, only, attempt)
      isSpoolFree = false
      return { binary, isNew: true }
    }
    const spool = cache.spool(context.budget)
    try {
      return { binary: await receiveInto(layer, spool, attempt), isNew: true }
    } finally {
      await spool.close()
    }
  }

  const attempt = async (attempted: Attempt, spool: Spool): Promise<void> => {
    const manifest = await image.manifest(attempted)
    const chosen = chooseSealedLayers(manifest.layers, shown)
    const diffIds = await diffIdsOf(manifest, image, attempted)
    let below: Binary | undefined
    let isNew = false
    // From the lowest up, so that the uppermost is tried first.
    for (const { layer, index } of [...chosen].reverse()) {
      const got = await layerOf(layer, chosen.length === 1 ? spool : undefined, attempted)
      isNew ||= got.isNew
      const diffId = diffIds[index]
      if (diffId !== undefined && !DIGEST.test(diffId))
        throw new DownloadError(`${shown}: its config has a malformed diff_id`)
      const what = `the layer ${layer.digest} of ${shown}`
      below = { ...got.binary, seal: { what, annotations: textsOf(layer.annotations), diffId, below } }
    }
    attempted.emit({ type: 'arrived' })
    if (below !== undefined)
      attempted.emit({ type: 'fetched', binary: below, from: isNew ? 'registry' : 'cache' })
  }

  return createSession({
    shown,
    pinned: false,
    kept: of(undefined),
    context: { cache, ...context },
    openHttp,
    attempt,
  })
}
