import { createHash } from 'node:crypto'

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX = 'application/vnd.oci.image.index.v1+json'

export type Layer = {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly annotations?: Readonly<Record<string, string>>
}

export type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number }

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export const descriptorOf = ({ mediaType, bytes, ...rest }: Layer): Descriptor => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
  ...rest,
})

const EMPTY_CONFIG: Layer = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') }

export const config = (mediaType: string): Layer => ({ mediaType, bytes: Buffer.from('{}') })

/** A manifest as bytes. */
export const manifestOf = (
  layers: readonly Layer[],
  conf: Layer = EMPTY_CONFIG,
  more: Readonly<Record<string, unknown>> = {},
): Buffer =>
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      ...more,
      config: descriptorOf(conf),
      layers: layers.map(descriptorOf),
    }),
  )

/** Pushes images with the distribution protocol, without a client program. */
export const pusher = (host: string, authorize: (scope: string) => Promise<string | undefined>) => {
  const send = async (repository: string, method: string, url: string, body?: Uint8Array, type?: string) => {
    const authorization = await authorize(`repository:${repository}:pull,push`)
    const response = await fetch(url, {
      method,
      headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
      ...(body && { body: Buffer.from(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
    return response
  }
  const base = (repository: string) => `http://${host}/v2/${repository}`

  const blob = async (repository: string, bytes: Uint8Array): Promise<void> => {
    const begun = await send(repository, 'POST', `${base(repository)}/blobs/uploads/`)
    const place = new URL(begun.headers.get('location') ?? '', `http://${host}`)
    place.searchParams.set('digest', digestOf(bytes))
    await send(repository, 'PUT', place.href, bytes, 'application/octet-stream')
  }
  const manifest = async (
    repository: string,
    tag: string,
    bytes: Buffer,
    type = MANIFEST,
  ): Promise<string> => {
    await send(repository, 'PUT', `${base(repository)}/manifests/${tag}`, bytes, type)
    return digestOf(bytes)
  }
  /** Pushes an image and returns the digest of its manifest. */
  const image = async (repository: string, tag: string, layers: readonly Layer[], conf = EMPTY_CONFIG) => {
    for (const { bytes } of [...layers, conf]) await blob(repository, bytes)
    return manifest(repository, tag, manifestOf(layers, conf))
  }
  return { blob, manifest, image }
}
