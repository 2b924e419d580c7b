import { randomBytes } from 'node:crypto'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { descriptorOf, digestOf, INDEX, MANIFEST, manifestOf, type Layer } from '../../../support/oci-push.js'
import { TAR_END, tarFile } from '../../../support/tar.js'
import { sendBody, type Exchange } from '../../../support/web-server.js'
import { contentOf, downloader, failure, got, serve, wasmOf } from '../harness.js'

/** A registry with a token server and storage, which behaves like one found in practice. */
type Persona = {
  /** The content type of manifests. */
  readonly manifestType?: string
  /** Redirect requests for manifests to the storage, too. */
  readonly manifestsInStorage?: true
  readonly blobsInStorage?: true
  /** The body of the token response; undefined if no token is required. */
  readonly token?: (token: string) => object
  readonly scope?: string
  /** Status for an expired token; a token expires after its first use. */
  readonly expired?: number
}

const BINARY = wasmOf(20_000)
const wasm: Layer = { mediaType: 'application/wasm', bytes: BINARY }
const tarOf = (bytes: Uint8Array, mediaType = 'application/vnd.oci.image.layer.v1.tar'): Layer => ({
  mediaType,
  bytes,
})

type Contents = { readonly manifests: Readonly<Record<string, Buffer>>; readonly blobs: readonly Layer[] }

const imageOf = (...layers: readonly Layer[]): Contents => ({
  manifests: { v1: manifestOf(layers) },
  blobs: layers,
})

const registryOf = async (persona: Persona, { manifests, blobs }: Contents) => {
  const served = new Map(blobs.map(({ bytes }) => [digestOf(bytes), bytes]))
  const manifestFor = (version: string): Buffer | undefined =>
    manifests[version] ?? Object.values(manifests).find((bytes) => digestOf(bytes) === version)
  const stored = new Map<string, Uint8Array>()
  const storage = await serve((exchange) => {
    const { authorization } = exchange.request.headers
    const bytes = stored.get(exchange.request.url ?? '')
    if (authorization !== undefined || bytes === undefined) exchange.response.writeHead(400).end()
    else sendBody(exchange, bytes, { 'content-type': 'binary/octet-stream' })
  })
  const inStorage = ({ response }: Exchange, bytes: Uint8Array) => {
    const path = `/${digestOf(bytes)}?signature=x`
    stored.set(path, bytes)
    response.writeHead(307, { location: `${storage.origin}${path}` }).end()
  }
  const scopes: string[][] = []
  let issued = 0
  let used = 0
  const server = await serve((exchange) => {
    const { request, response } = exchange
    const url = new URL(request.url ?? '', 'http://registry')
    if (url.pathname === '/token') {
      scopes.push(url.searchParams.getAll('scope'))
      used = 0
      response.end(JSON.stringify(persona.token?.(`t${++issued}`)))
      return
    }
    if (persona.token !== undefined) {
      const isFresh = persona.expired === undefined || used++ === 0
      if (request.headers.authorization === undefined) {
        const scope = persona.scope ?? 'repository:a:pull'
        const realm = `http://127.0.0.1:${server.port}/token`
        const challenge = `Bearer realm="${realm}",service="registry",scope="${scope}"`
        response.writeHead(401, { 'www-authenticate': challenge }).end()
        used = 0
        return
      }
      if (request.headers.authorization !== `Bearer t${issued}` || !isFresh) {
        response.writeHead(persona.expired ?? 401).end()
        return
      }
    }
    const [, kind, version = ''] = /\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? []
    const bytes = kind === 'manifests' ? manifestFor(version) : served.get(version)
    if (bytes === undefined) response.writeHead(404).end()
    else if (kind === 'manifests' ? persona.manifestsInStorage : persona.blobsInStorage)
      inStorage(exchange, bytes)
    else
      sendBody(exchange, bytes, {
        'content-type': (kind === 'manifests' && persona.manifestType) || MANIFEST,
      })
  })
  const { open } = await downloader()
  return { open: () => open(`127.0.0.1:${server.port}/a:v1`), scopes, server }
}

const PERSONAS: Readonly<Record<string, Persona>> = {
  GHCR: { manifestType: MANIFEST, blobsInStorage: true, token: (token) => ({ token }) },
  'Docker Hub': {
    manifestType: 'application/vnd.docker.distribution.manifest.v2+json',
    blobsInStorage: true,
    token: (token) => ({ token, access_token: token, expires_in: 300 }),
  },
  ECR: { manifestType: 'application/json; charset=utf-8', token: (token) => ({ token }), expired: 403 },
  GitLab: {
    manifestType: 'text/plain',
    token: (token) => ({ token }),
    scope: 'repository:a:pull repository:b:pull',
  },
  Harbor: {
    manifestType: 'application/octet-stream',
    token: (token) => ({ token: '', access_token: token }),
  },
  Quay: { token: (token) => ({ token: null, access_token: token }), expired: 400 },
  'a storage redirect': { manifestsInStorage: true, blobsInStorage: true },
}

describe.each(Object.entries(PERSONAS))('%s', (_, persona) => {
  it('C29, C32: gives the binary', async () => {
    const { open } = await registryOf(persona, imageOf(wasm))
    const { binary, from } = await got(open())
    expect([BINARY.equals(await contentOf(binary)), from]).toStrictEqual([true, 'registry'])
  })
})

it('C32: several scopes are repeated parameters', async () => {
  const { open, scopes } = await registryOf(PERSONAS['GitLab'] ?? {}, imageOf(wasm))
  await got(open())
  expect(scopes).toStrictEqual([['repository:a:pull', 'repository:b:pull']])
})

it.each([{ token: null }, { token: '' }, {}, { access_token: '', token: null }, { token: 'a b' }])(
  'C32: the token answer %j has no token',
  async (answer) => {
    const { open } = await registryOf({ token: () => answer }, imageOf(wasm))
    expect((await failure(open())).message).toContain('no token')
  },
)

it.each([400, 401, 403])('C32: a token refused with %i is renewed once, not for ever', async (expired) => {
  const { open, scopes } = await registryOf({ token: () => ({ token: 'wrong' }), expired }, imageOf(wasm))
  expect((await failure(open())).message).toContain(`${expired} `)
  expect(scopes.length).toBeLessThanOrEqual(2)
})

describe('C30: an index', () => {
  const inner = manifestOf([wasm])
  const attestation = manifestOf([tarOf(Buffer.from('{}'), 'application/vnd.in-toto+json')])
  const entry = (bytes: Buffer, more: object = {}) => ({
    ...descriptorOf({ mediaType: MANIFEST, bytes }),
    ...more,
  })
  const indexOf = async (...entries: readonly object[]) => {
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: entries }))
    return registryOf(
      { manifestType: 'application/json' },
      { manifests: { v1: index, inner, attestation }, blobs: [wasm] },
    )
  }

  it.each([
    ['of an unknown platform', { platform: { os: 'unknown', architecture: 'unknown' } }],
    ['with a reference type', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }],
    ['with an artifact type', { artifactType: 'application/vnd.example.signature.v1' }],
  ])('is read past an entry %s', async (_, more) => {
    const { open } = await indexOf(entry(attestation, more), entry(inner))
    expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
    const { open: only } = await indexOf(entry(attestation, more))
    expect((await failure(only())).message).toContain('without an image')
  })

  it.each(['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'])(
    'has images of the artifact type %s, the type of their configuration',
    async (artifactType) => {
      const { open } = await indexOf(
        entry(attestation, { artifactType: 'text/spdx' }),
        entry(inner, { artifactType }),
      )
      expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
    },
  )

  it('prefers an artifact of wasm', async () => {
    const wasmConfig = { artifactType: 'application/vnd.wasm.config.v0+json' }
    const { open } = await indexOf(entry(attestation), entry(inner, wasmConfig))
    expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
  })
})

describe('C31: layers', () => {
  const packed = tarOf(Buffer.concat([tarFile('bin/app.wasm', BINARY), TAR_END]))
  const others: readonly Layer[] = [
    tarOf(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json'),
    tarOf(Buffer.from('{"spdxVersion":"SPDX-2.3"}'.repeat(100)), 'application/spdx+json'),
    tarOf(Buffer.from('# Read me\n'.repeat(200)), 'text/markdown'),
    tarOf(randomBytes(2000), 'application/octet-stream'),
  ]

  it.each(others.map((layer) => [layer.mediaType, layer] as const))(
    'beside one of %s do not end the search',
    async (_, other) => {
      const { open } = await registryOf({}, imageOf(packed, other))
      expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
      const { open: only } = await registryOf({}, imageOf(other))
      expect((await failure(only())).message).toContain(
        `no layer holds a wasm binary; skipped: ${other.mediaType}`,
      )
    },
  )

  it.each([
    'application/vnd.bytecodealliance.wasm.component.layer.v0+wasm',
    'application/vnd.example.module+wasm',
    'application/vnd.wasm.content.layer.v1+wasm',
  ])('of the type %s are wasm', async (mediaType) => {
    const { open } = await registryOf({}, imageOf({ mediaType, bytes: BINARY }, ...others))
    expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
  })

  it.each([
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  ])('of the type %s, which the registry lacks, are not looked for', async (mediaType) => {
    const absent = { mediaType, bytes: randomBytes(100) }
    const image = imageOf(packed, absent)
    const { open } = await registryOf({}, { ...image, blobs: [packed] })
    expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
  })

  it('of compressed wasm are unpacked', async () => {
    const bytes = zlib.gzipSync(BINARY)
    const { open } = await registryOf({}, imageOf({ mediaType: 'application/wasm+gzip', bytes }))
    const { binary } = await got(open())
    expect(BINARY.equals(await contentOf(binary))).toBe(true)
  })

  it('of zstd are unpacked where Node.js can, and named where it can not', async () => {
    // One raw zstd block (RFC 8878): magic, descriptor (single segment, size of one byte), block header.
    const small = wasmOf(200)
    const header = Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, small.length)
    const block = (small.length << 3) | 1
    const bytes = Buffer.concat([header, Buffer.of(block & 255, block >> 8, 0), small])
    const { open } = await registryOf({}, imageOf({ mediaType: 'application/wasm+zstd', bytes }))
    if ('createZstdDecompress' in zlib) expect((await got(open())).binary.digest).toBe(digestOf(small))
    else expect((await failure(open())).message).toContain('compressed with zstd, which needs Node.js 22.15')
  })

  it('that unpack to too much wasm are refused', async () => {
    const bytes = zlib.gzipSync(wasmOf(20_000_000))
    const { open } = await registryOf({}, imageOf({ mediaType: 'application/wasm+gzip', bytes }))
    expect((await failure(open())).message).toContain('larger than 16777216 bytes')
  })
})
