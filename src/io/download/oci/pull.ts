import { firstValueFrom } from 'rxjs'
import type { Binary } from '../../../model/binary.js'
import { DownloadError, type Download } from '../../../model/download.js'
import type { Spool } from '../../cache/spool.js'
import type { Attempt, DownloadContext } from '../transfer/context.js'
import type { Http } from '../http/http.js'
import { createSession } from '../transfer/session.js'
import { extractBinary, kindOfLayer } from './extract.js'
import { openImage, type RegistryOptions } from './image.js'
import { chooseLayers, claimsTar, type Descriptor } from './manifest.js'
import { TarError } from './tar.js'

/** Downloads an image from its registry. Throws a `DownloadError` if the text is not a reference. */
export const pullImage = (
  text: string,
  context: DownloadContext,
  options: RegistryOptions,
  openHttp: () => Http,
): Download => {
  const { reference, shown, manifest, receiveLayer } = openImage(text, options)
  const { cache, budget, maxBytes } = context
  // Separate from the image as the Proxy provides it, because the Proxy ignores tags.
  const key = `direct ${shown}`
  /** Layers that are still to be examined; undefined before the manifest is known. */
  let layers: readonly Descriptor[] | undefined
  /** Bytes of layers without a binary. */
  let passedBytes = 0
  /** Layers of an unknown format. */
  const passed: string[] = []

  /** The binary of a layer that was pulled earlier. */
  const keptOf = async ({ digest, size }: Descriptor): Promise<Binary | undefined> => {
    const same = await firstValueFrom(cache.byDigest(digest))
    return same?.size === size ? same : (await cache.known(`layer ${digest}`))?.binary
  }

  const counted = (attempt: Attempt): Attempt => ({
    ...attempt,
    emit: (event) =>
      attempt.emit(
        event.type === 'downloading' ? { ...event, received: passedBytes + event.received } : event,
      ),
  })

  /** Undefined if the layer contains no binary. */
  const binaryOf = async (
    layer: Descriptor,
    spool: Spool,
    { signal }: Attempt,
  ): Promise<Binary | undefined> => {
    const { isWasm, compression } = await kindOfLayer(spool)
    if (isWasm) return cache.adopt(spool)
    const into = cache.spool(budget)
    try {
      const what = `${shown}, layer ${layer.digest}`
      if (!(await extractBinary({ layer: spool, compression, into, maxBytes, what, signal })))
        return undefined
      const binary = await cache.adopt(into)
      await cache.note(`layer ${layer.digest}`, binary)
      return binary
    } finally {
      await into.close()
    }
  }

  /** Images may also contain layers such as an SBOM, a licence or a signature, which need not be a tar. */
  const binaryIfAny = async (layer: Descriptor, spool: Spool, attempted: Attempt) => {
    try {
      return await binaryOf(layer, spool, attempted)
    } catch (error) {
      const cause = error instanceof DownloadError ? error.cause : undefined
      if (!(cause instanceof TarError) || claimsTar(layer)) throw error
      passed.push(`${layer.mediaType ?? 'no media type'} (${cause.message})`)
      return undefined
    }
  }

  const attempt = async (attempted: Attempt, spool: Spool): Promise<void> => {
    const { emit } = attempted
    layers ??= chooseLayers((await manifest(attempted)).layers, shown)
    for (let layer = layers[0]; layer !== undefined; layer = layers[0]) {
      const kept = await keptOf(layer)
      if (kept === undefined) {
        await receiveLayer(layer, spool, maxBytes, counted(attempted))
        emit({ type: 'arrived' })
      }
      const binary = kept ?? (await binaryIfAny(layer, spool, attempted))
      if (binary !== undefined) {
        await cache.note(key, binary)
        emit({ type: 'fetched', binary, from: kept === undefined ? 'registry' : 'cache' })
        return
      }
      passedBytes += spool.size
      await spool.reset()
      layers = layers.slice(1)
    }
    const others = passed.length === 0 ? '' : `; skipped: ${passed.join(', ')}`
    throw new DownloadError(`${shown}: no layer holds a wasm binary${others}`)
  }

  return createSession({
    shown,
    pinned: reference.digest !== undefined,
    kept: cache.byImage(key),
    context,
    openHttp,
    attempt,
  })
}
