import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

type Descriptor = { readonly digest: string; readonly mediaType: string }
type Manifest = { readonly config: Descriptor; readonly layers: readonly Descriptor[] }
type Index = { readonly manifests: readonly Descriptor[] }

const sent = async (url: URL, method: string, body?: Buffer, type?: string): Promise<Response> => {
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { body }),
    ...(type !== undefined && { headers: { 'content-type': type } }),
  })
  if (!response.ok) throw new Error(`${method} ${url.href}: ${response.status} ${await response.text()}`)
  return response
}

/** Pushes the first image of a layout to an open registry without TLS. */
export const pushLayout = async (directory: string, host: string, repository: string, tag: string) => {
  const base = `http://${host}/v2/${repository}`
  const read = (digest: string) => readFile(join(directory, 'blobs', digest.replace(':', '/')))
  const index = JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')) as Index
  const [first] = index.manifests
  if (first === undefined) throw new Error(`${directory} holds no image`)
  const text = await read(first.digest)
  const { config, layers } = JSON.parse(text.toString('utf8')) as Manifest
  for (const { digest } of [config, ...layers]) {
    const begun = await sent(new URL(`${base}/blobs/uploads/`), 'POST')
    const place = new URL(begun.headers.get('location') ?? '', base)
    place.searchParams.set('digest', digest)
    await sent(place, 'PUT', await read(digest), 'application/octet-stream')
  }
  await sent(new URL(`${base}/manifests/${tag}`), 'PUT', text, first.mediaType)
}
