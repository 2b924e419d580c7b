import type { Binary } from '../../../model/binary.js'
import { DownloadError, type Download } from '../../../model/download.js'
import { firstValueFrom } from 'rxjs'
import type { Spool } from '../../cache/spool.js'
import type { Attempt, DownloadContext, Emit } from '../context.js'
import { drop } from '../http/body.js'
import type { Http } from '../http/http.js'
import { rangeStart, receive } from '../receive.js'
import { createSession } from '../session.js'
import { createAuthorizer } from './authorizer.js'
import { findCredentials } from './credentials.js'
import { extractBinary, kindOfLayer } from './extract.js'
import { chooseLayers, chooseManifest, claimsTar, hostOf, type Descriptor } from './manifest.js'
import { parseReference, textOfReference } from './reference.js'
import { createRegistryClient, isPlain } from './registry.js'
import { TarError } from './tar.js'

export type RegistryOptions = {
  /** Registries that are spoken to without TLS: `host` or `host:port`, in lower case. */
  readonly insecure: readonly string[]
  /** Docker's file of credentials. */
  readonly authFile: string
}

/** The download of an image out of its registry. Throws a `DownloadError` for what is no reference. */
export const pullImage = (
  text: string,
  context: DownloadContext,
  { insecure, authFile }: RegistryOptions,
  openHttp: () => Http,
): Download => {
  const reference = parseReference(text)
  const { registry, repository, version } = reference
  const shown = textOfReference(reference)
  const { cache, budget, maxBytes } = context
  // Other than what the Proxy gives for the same reference: it looks at no tag.
  const key = `direct ${shown}`
  const authorizer = createAuthorizer({
    registry,
    repository,
    credentials: (signal) => findCredentials(authFile, registry, signal),
    mayBePlain: ({ host, hostname }) => isPlain(host, insecure) || isPlain(hostname, insecure),
  })
  const client = createRegistryClient(reference, insecure, authorizer)
  /** The layers that are still to be looked at; undefined: not known yet. */
  let layers: readonly Descriptor[] | undefined
  /** Bytes of those that held nothing. */
  let passedBytes = 0
  /** Those that were not what a layer is. */
  const passed: string[] = []

  const resolve = async (attempt: Attempt): Promise<readonly Descriptor[]> => {
    const found = await client.manifest(version, attempt)
    if (found.type === 'manifest') return chooseLayers(found.layers, shown)
    const { digest } = chooseManifest(found.manifests, hostOf(process), shown)
    const inner = await client.manifest(digest, attempt)
    if (inner.type === 'index') throw new DownloadError(`${shown}: an index of indexes`)
    return chooseLayers(inner.layers, shown)
  }

  /** The binary of a layer that was pulled before. */
  const keptOf = async ({ digest, size }: Descriptor): Promise<Binary | undefined> => {
    const same = await firstValueFrom(cache.byDigest(digest))
    return same?.size === size ? same : (await cache.known(`layer ${digest}`))?.binary
  }

  const receiveLayer = async ({ digest, size }: Descriptor, spool: Spool, attempt: Attempt) => {
    if (size > maxBytes) throw new DownloadError(`${shown}: a layer is larger than ${maxBytes} bytes`)
    if (spool.size < size) {
      const { response, what } = await client.blob(digest, spool.size, attempt)
      const goesOn = response.statusCode === 206 && rangeStart(response) === spool.size
      if (!goesOn && spool.size > 0) await spool.reset()
      if (!goesOn && response.statusCode !== 200) {
        drop(response)
        throw new DownloadError(`${what}: the range that was asked for is not there`, { transient: true })
      }
      const emit: Emit = (event) =>
        attempt.emit(
          event.type === 'downloading' ? { ...event, received: passedBytes + event.received } : event,
        )
      await receive({ response, what, spool, maxBytes, size, emit })
    }
    const found = spool.digest
    if (found === digest) return
    await spool.reset()
    throw new DownloadError(`${shown}: a layer has ${found}; expected ${digest}`)
  }

  /** Undefined: the layer holds no binary. */
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

  /** Beside the binary there may be a list of parts, a licence, a signature: what is not a tar, and need not be one. */
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
    layers ??= await resolve(attempted)
    for (let layer = layers[0]; layer !== undefined; layer = layers[0]) {
      const kept = await keptOf(layer)
      if (kept === undefined) {
        await receiveLayer(layer, spool, attempted)
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
    const others = passed.length === 0 ? '' : `; passed over: ${passed.join(', ')}`
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
