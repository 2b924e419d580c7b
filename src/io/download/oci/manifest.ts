import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { DownloadError } from '../../../model/download.js'
import { decode } from '../../codecs/decode.js'
import { integer, label, list, optional } from '../../codecs/types.js'
import type { Sliced } from '../../../model/sliced.js'
import { parseBoundedJsonInSlices } from '../../../net/json/bounded-json.js'
import { DIGEST } from './reference.js'

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
/** Accepted media types; without this header a registry responds with older formats, or with 404. */
export const ACCEPT = [...MANIFESTS, ...INDEXES].join(', ')

const MAX_ENTRIES = 256

const descriptor = t.type({
  mediaType: optional(label(256)),
  digest: label(256),
  size: integer('a size', 0, Number.MAX_SAFE_INTEGER),
  artifactType: optional(label(256)),
  annotations: optional(t.record(t.string, t.unknown)),
  platform: optional(t.type({ os: optional(label(64)), architecture: optional(label(64)) }, 'a platform')),
})
export type Descriptor = t.TypeOf<typeof descriptor>

const manifest = t.type({
  mediaType: optional(label(256)),
  config: optional(descriptor),
  layers: list(descriptor, MAX_ENTRIES),
})
const index = t.type({ mediaType: optional(label(256)), manifests: list(descriptor, MAX_ENTRIES) })

export type ImageManifest = {
  readonly type: 'manifest'
  readonly config: Descriptor | undefined
  readonly layers: readonly Descriptor[]
}

export type Manifest = ImageManifest | { readonly type: 'index'; readonly manifests: readonly Descriptor[] }

const hasOwn = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)

const kindOfType = (type: unknown): Manifest['type'] | undefined => {
  if (typeof type !== 'string') return undefined
  const mediaType = type.split(';')[0]?.trim().toLowerCase() ?? ''
  if (INDEXES.includes(mediaType)) return 'index'
  return MANIFESTS.includes(mediaType) ? 'manifest' : undefined
}

const kindOfShape = (value: unknown): Manifest['type'] | undefined => {
  if (hasOwn(value, 'manifests')) return 'index'
  return hasOwn(value, 'layers') ? 'manifest' : undefined
}

const mediaTypeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'mediaType' in value ? value.mediaType : undefined

const shownType = (type: string | undefined): string => JSON.stringify((type ?? '').slice(0, 100))

/**
 * Reads a manifest or an index. The content type decides which one it is. Registries and the storage that they redirect
 * to may also use generic types; then the media type inside decides, and finally the shape.
 * @param type the content type of the response
 * @param what its name in errors
 */
export function* parseManifest(bytes: Buffer, type: string | undefined, what: string): Sliced<Manifest> {
  const value = E.getOrElse((): unknown => undefined)(yield* parseBoundedJsonInSlices(bytes))
  yield
  // If it were both, different programs could read it differently.
  if (hasOwn(value, 'manifests') && hasOwn(value, 'layers'))
    throw new DownloadError(`${what}: both a manifest and an index`)
  const kind = kindOfType(type) ?? kindOfType(mediaTypeOf(value)) ?? kindOfShape(value)
  if (kind === undefined)
    throw new DownloadError(`${what}: found ${shownType(type)}; expected a manifest or an index of images`)
  const decoded: E.Either<Error, Manifest> =
    kind === 'index'
      ? E.map((found: t.TypeOf<typeof index>) => ({ type: 'index' as const, ...found }))(decode(index)(value))
      : E.map((found: t.TypeOf<typeof manifest>) => ({ type: 'manifest' as const, ...found }))(
          decode(manifest)(value),
        )
  if (E.isLeft(decoded)) throw new DownloadError(`${what}: ${decoded.left.message}`)
  return decoded.right
}

/** Throws a `DownloadError` for a descriptor whose digest is malformed. */
export const checked = (found: Descriptor, what: string): Descriptor => {
  if (DIGEST.test(found.digest)) return found
  throw new DownloadError(`${what}: a digest that is not sha256 with 64 hexadecimal digits`)
}

const WASM_OS = /^(?:wasi|wasip[0-9]|wasm)$/
const WASM_ARCHITECTURE = /^wasm(?:32|64)?$/
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/** The host in OCI terms. */
export type Host = { readonly os: string; readonly architecture: string }

export const hostOf = ({ platform, arch }: { platform: string; arch: string }): Host => ({
  os: platform,
  architecture: ARCHITECTURES[arch] ?? arch,
})

const REFERENCE_TYPE = 'vnd.docker.reference.type'
const WASM_ARTIFACT = /wasm/i
/** The artifact type of an ordinary image if a tool copied it from the configuration. */
const IMAGE_ARTIFACT = /^application\/vnd\.(?:oci\.image\.config|docker\.container\.image)\b/

/** Artifacts that build tools add to images, such as attestations and signatures. */
const isAttachment = ({ platform, annotations, artifactType }: Descriptor): boolean =>
  (platform?.os === 'unknown' && platform.architecture === 'unknown') ||
  annotations?.[REFERENCE_TYPE] !== undefined ||
  (artifactType !== undefined && !WASM_ARTIFACT.test(artifactType) && !IMAGE_ARTIFACT.test(artifactType))

/** Chooses the image of an index: for wasm, else for the host, else the first. */
export const chooseManifest = (entries: readonly Descriptor[], host: Host, what: string): Descriptor => {
  const manifests = entries.filter((entry) => !isAttachment(entry))
  const isWasm = ({ platform, artifactType }: Descriptor) =>
    WASM_OS.test(platform?.os ?? '') ||
    WASM_ARCHITECTURE.test(platform?.architecture ?? '') ||
    WASM_ARTIFACT.test(artifactType ?? '')
  const isHost = ({ platform }: Descriptor) =>
    platform?.os === host.os && platform.architecture === host.architecture
  const chosen = manifests.find(isWasm) ?? manifests.find(isHost) ?? manifests[0]
  if (chosen === undefined)
    throw new DownloadError(
      entries.length === 0
        ? `${what}: an empty index`
        : `${what}: an index with attestations and artifacts only, without an image`,
    )
  return checked(chosen, what)
}

/** `application/wasm`, or a vendor's type for wasm, compressed or not. */
const WASM_LAYER = /^application\/(?:wasm|[^;]*\+wasm)(?:\+(?:gzip|zstd))?$/i
const TITLE = 'org.opencontainers.image.title'
const MAX_TRIED = 16

const isWasmLayer = ({ mediaType, annotations }: Descriptor): boolean => {
  const title = annotations?.[TITLE]
  return WASM_LAYER.test(mediaType ?? '') || (typeof title === 'string' && title.endsWith('.wasm'))
}

/** A layer that may not be redistributed, usually of Windows, so registries need not have it. */
const isForeign = ({ mediaType }: Descriptor): boolean => /\bforeign\b|nondistributable/.test(mediaType ?? '')

/** Whether a layer claims to be a tar: if it is not one, it is damaged rather than something else. */
export const claimsTar = ({ mediaType }: Descriptor): boolean => /[./]tar(?:$|[.+])/i.test(mediaType ?? '')

/**
 * The layers that may contain the binary, the most likely first: the one declared as wasm; otherwise all from the top
 * down, because files of upper layers hide those of lower ones.
 */
export const chooseLayers = (layers: readonly Descriptor[], what: string): readonly Descriptor[] => {
  const wasm = layers.find(isWasmLayer)
  const own = layers.filter((layer) => !isForeign(layer))
  const tried = own.length > 0 ? own : layers
  const chosen = wasm === undefined ? [...tried].reverse().slice(0, MAX_TRIED) : [wasm]
  if (chosen.length === 0) throw new DownloadError(`${what}: an image without layers`)
  return chosen.map((layer) => checked(layer, what))
}
