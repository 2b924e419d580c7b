import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Blob = {
  readonly mediaType: string
  readonly bytes: Uint8Array
  readonly annotations?: Readonly<Record<string, string>>
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const REF_NAME = 'org.opencontainers.image.ref.name'

type Descriptor = {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

const descriptorOf = ({ mediaType, bytes, annotations }: Blob): Descriptor => ({
  mediaType,
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.length,
  ...(annotations && { annotations }),
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The existing entries of the layout's index, except those with this tag. */
const others = async (directory: string, tag: string): Promise<readonly unknown[]> => {
  const text = await readFile(join(directory, 'index.json'), 'utf8').catch(() => '{}')
  const index: unknown = JSON.parse(text)
  const manifests: readonly unknown[] =
    isRecord(index) && Array.isArray(index['manifests']) ? index['manifests'] : []
  return manifests.filter(
    (one) => !isRecord(one) || !isRecord(one['annotations']) || one['annotations'][REF_NAME] !== tag,
  )
}

/**
 * Writes an image with one layer to a layout, and keeps images with other tags. Resolves to the digest of the manifest.
 * Rejects with errors of the file system.
 */
export const writeLayout = async (
  directory: string,
  tag: string,
  layer: Blob,
  config: Blob,
): Promise<string> => {
  const manifest = {
    mediaType: MANIFEST,
    bytes: Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: descriptorOf(config),
        layers: [descriptorOf(layer)],
      }),
    ),
  }
  const blobs = join(directory, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  for (const blob of [layer, config, manifest])
    await writeFile(join(blobs, descriptorOf(blob).digest.slice('sha256:'.length)), blob.bytes)
  const kept = await others(directory, tag)
  const entry = { ...descriptorOf(manifest), annotations: { [REF_NAME]: tag } }
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}\n')
  await writeFile(
    join(directory, 'index.json'),
    `${JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [...kept, entry] })}\n`,
  )
  return entry.digest
}
