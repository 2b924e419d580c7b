import { parseObject } from './json.js'
import { connectPeer, type PeerOptions } from './peer.js'

const REQUEST = 'registry/proplet'
const CHUNK = 'registry/server'
const DEFAULT_CHUNK_BYTES = 512_000
/** Maximum number of unacknowledged chunks of one image. */
const WINDOW = 8

/**
 * Resolves to the binary of an image, or to undefined if there is none; the proplet gets no answer then. The signal is
 * aborted when the registry is closed.
 */
export type ImageSource = (image: string, signal: AbortSignal) => Promise<Uint8Array | undefined>

export type RegistryOptions = PeerOptions & {
  readonly images: ReadonlyMap<string, Uint8Array> | ImageSource
  /** Bytes per chunk before base64. */
  readonly chunkSize?: number
  /** Called for every request, including ignored ones. */
  readonly onRequest?: (image: string) => void
  /** Called with the reason why an image could not be served; the proplet does not get it. */
  readonly onFailure?: (image: string, error: unknown) => void
}

export type Registry = { readonly close: () => Promise<void> }

/**
 * Serves binaries in chunks, like the Proxy: answers a request on `registry/proplet` with chunks on `registry/server`
 * under the requested name, ignores a request for an image that it is sending, and reports no failures.
 */
export const startRegistry = async (options: RegistryOptions): Promise<Registry> => {
  const { images, chunkSize = DEFAULT_CHUNK_BYTES, onRequest, onFailure } = options
  const find: ImageSource =
    typeof images === 'function' ? images : (image) => Promise.resolve(images.get(image))
  const peer = await connectPeer(options, [REQUEST])
  const serving = new Set<string>()
  const closing = new AbortController()

  const serve = async (image: string) => {
    const bytes = await find(image, closing.signal)
    if (bytes === undefined) return
    const total = Math.max(1, Math.ceil(bytes.length / chunkSize))
    let next = 0
    const publishInTurn = async () => {
      while (next < total) {
        const index = next++
        const part = bytes.subarray(index * chunkSize, (index + 1) * chunkSize)
        const data = Buffer.from(part).toString('base64')
        await peer.publish(CHUNK, { app_name: image, chunk_idx: index, total_chunks: total, data })
      }
    }
    await Promise.all(Array.from({ length: Math.min(WINDOW, total) }, publishInTurn))
  }
  const subscription = peer.messages$.subscribe(({ payload }) => {
    const image = parseObject(payload)?.['app_name']
    if (typeof image !== 'string') return
    onRequest?.(image)
    if (serving.has(image)) return
    serving.add(image)
    // a registry sends no errors, so the proplet must cope with silence
    void serve(image)
      .catch((error: unknown) => {
        if (!closing.signal.aborted) onFailure?.(image, error)
      })
      .finally(() => serving.delete(image))
  })
  return {
    close: () => {
      subscription.unsubscribe()
      closing.abort()
      return peer.close()
    },
  }
}
