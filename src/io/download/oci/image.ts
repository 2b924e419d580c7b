import { createHash } from 'node:crypto'
import { DownloadError } from '../../../model/download.js'
import type { Spool } from '../../cache/spool.js'
import type { Attempt } from '../transfer/context.js'
import { drop, textOf } from '../http/body.js'
import { statusError } from '../http/errors.js'
import { rangeStart, receive } from '../transfer/receive.js'
import { createAuthorizer } from './authorizer.js'
import { findCredentials, type Environment } from './credentials.js'
import { chooseManifest, hostOf, type Descriptor, type ImageManifest } from './manifest.js'
import { parseReference, textOfReference, type ImageReference } from './reference.js'
import { createRegistryClient, isPlain } from './registry.js'

export type RegistryOptions = {
  /** Registries to access without TLS: `host` or `host:port`, in lower case. */
  readonly insecure: readonly string[]
  /** Docker's credentials file. */
  readonly authFile: string
  /** The environment of the helpers that the file names. */
  readonly env: Environment
}

/** An image in its registry. All methods reject with a `DownloadError`. */
export type Image = {
  readonly reference: ImageReference
  /** The reference without secrets. */
  readonly shown: string
  /** The manifest; from an index, the one for wasm, else for this host, else the first. */
  readonly manifest: (attempt: Attempt) => Promise<ImageManifest>
  /** A small blob, with its digest verified. */
  readonly smallBlob: (descriptor: Descriptor, maxBytes: number, attempt: Attempt) => Promise<Buffer>
  /** Appends the rest of a layer to the spool, and verifies its digest. */
  readonly receiveLayer: (
    descriptor: Descriptor,
    spool: Spool,
    maxBytes: number,
    attempt: Attempt,
  ) => Promise<void>
}

/** Throws a `DownloadError` if the text is not a reference. */
export const openImage = (text: string, { insecure, authFile, env }: RegistryOptions): Image => {
  const reference = parseReference(text)
  const { registry, repository, version } = reference
  const shown = textOfReference(reference)
  const authorizer = createAuthorizer({
    registry,
    repository,
    credentials: (signal) => findCredentials({ path: authFile, env }, registry, signal),
    mayBePlain: ({ host, hostname }) => isPlain(host, insecure) || isPlain(hostname, insecure),
  })
  const client = createRegistryClient(reference, insecure, authorizer)

  return {
    reference,
    shown,
    manifest: async (attempt) => {
      const found = await client.manifest(version, attempt)
      if (found.type === 'manifest') return found
      const { digest } = chooseManifest(found.manifests, hostOf(process), shown)
      const inner = await client.manifest(digest, attempt)
      if (inner.type === 'index') throw new DownloadError(`${shown}: an index of indexes`)
      return inner
    },
    smallBlob: async ({ digest }, maxBytes, attempt) => {
      const { response, what } = await client.blob(digest, 0, attempt)
      if (response.statusCode !== 200) {
        drop(response)
        throw statusError(what, response.statusCode ?? 0, response.headers['retry-after'])
      }
      const bytes = await textOf(response, what, maxBytes)
      const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      if (found === digest) return bytes
      throw new DownloadError(`${what}: found ${found}; expected ${digest}`)
    },
    receiveLayer: async ({ digest, size }, spool, maxBytes, attempt) => {
      if (size > maxBytes) throw new DownloadError(`${shown}: a layer is larger than ${maxBytes} bytes`)
      if (spool.size < size) {
        const { response, what } = await client.blob(digest, spool.size, attempt)
        const goesOn = response.statusCode === 206 && rangeStart(response) === spool.size
        if (!goesOn && spool.size > 0) await spool.reset()
        if (!goesOn && response.statusCode !== 200) {
          drop(response)
          throw new DownloadError(`${what}: the requested range is not available`, { transient: true })
        }
        await receive({ response, what, spool, maxBytes, size, emit: attempt.emit })
      }
      const found = spool.digest
      if (found === digest) return
      await spool.reset()
      throw new DownloadError(`${shown}: a layer has ${found}; expected ${digest}`)
    },
  }
}
