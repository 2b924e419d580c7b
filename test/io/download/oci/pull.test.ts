import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDockerRegistry, type DockerRegistry } from '../../../support/docker-registry.js'
import {
  config,
  digestOf,
  INDEX,
  MANIFEST,
  manifestOf,
  pusher,
  type Layer,
} from '../../../support/oci-push.js'
import { tarOf } from '../../../support/tar.js'
import { attempt, contentOf, downloader, failure, got, wasmOf } from '../harness.js'

const run = promisify(execFile)

let registry: DockerRegistry
let push: ReturnType<typeof pusher>
beforeAll(async () => {
  registry = await startDockerRegistry()
  push = pusher(registry.host, () => Promise.resolve(undefined))
})
afterAll(() => registry.kill())

const BINARY = wasmOf(50_000)
const wasmLayer = (mediaType: string, bytes: Uint8Array = BINARY): Layer => ({ mediaType, bytes })
const tarLayer = (bytes: Uint8Array): Layer => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar',
  bytes,
})

const pulled = async (reference: string) => {
  const { open } = await downloader()
  const { binary, from } = await got(open(`${registry.host}/${reference}`))
  return { content: await contentOf(binary), digest: binary.digest, from }
}

describe('an image of a registry', () => {
  it.each([
    [
      'wasm-to-oci',
      'application/vnd.wasm.config.v1+json',
      wasmLayer('application/vnd.wasm.content.layer.v1+wasm'),
    ],
    ['the CNCF artifact', 'application/vnd.wasm.config.v0+json', wasmLayer('application/wasm')],
    [
      'oras',
      'application/vnd.oci.empty.v1+json',
      {
        ...tarLayer(BINARY),
        annotations: { 'org.opencontainers.image.title': 'add.wasm' },
      },
    ],
    ['a raw layer of any type', 'application/x', wasmLayer('application/octet-stream')],
  ])('in the layout of %s', async (name, configType, layer) => {
    const repository = `layouts/${name.toLowerCase().replaceAll(' ', '-')}`
    await push.image(repository, 'v1', [layer], config(configType))
    expect(await pulled(`${repository}:v1`)).toMatchObject({ digest: digestOf(BINARY), from: 'registry' })
  })

  it.each([
    ['tar', (bytes: Buffer) => bytes],
    ['tar+gzip', (bytes: Buffer) => gzipSync(bytes)],
  ])('that holds a %s with one binary in it', async (kind, pack) => {
    const tar = await tarOf({ 'bin/app/add.wasm': BINARY, 'etc/readme.txt': Buffer.from('hello') })
    const repository = `layouts/${kind.replace('+', '-')}`
    await push.image(repository, 'latest', [tarLayer(pack(tar))])
    const { content, digest } = await pulled(repository)
    expect(digest).toBe(digestOf(BINARY))
    expect(BINARY.equals(content)).toBe(true)
  })

  it('whose upper layers hold no binary, or another one', async () => {
    const [other, none] = [await tarOf({ 'other.wasm': wasmOf(10, 2) }), await tarOf({ a: Buffer.from('a') })]
    const tar = await tarOf({ 'add.wasm': BINARY })
    await push.image('layers', 'v1', [tarLayer(other), tarLayer(tar), tarLayer(none)])
    expect((await pulled('layers:v1')).digest).toBe(digestOf(BINARY))
    await push.image('layers', 'none', [tarLayer(none)])
    const { open } = await downloader()
    expect(await failure(open(`${registry.host}/layers:none`))).toMatchObject({
      message: `${registry.host}/layers:none: no layer holds a wasm binary`,
      transient: false,
    })
  })

  it('as skopeo writes it, with a manifest of docker', async () => {
    await push.image('skopeo', 'oci', [tarLayer(gzipSync(await tarOf({ 'add.wasm': BINARY })))], {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      bytes: Buffer.from(
        JSON.stringify({ architecture: 'wasm', os: 'wasip1', rootfs: { type: 'layers', diff_ids: [] } }),
      ),
    })
    const at = (tag: string) => `docker://${registry.host}/skopeo:${tag}`
    const plain = ['--src-tls-verify=false', '--dest-tls-verify=false']
    await run('skopeo', ['--insecure-policy', 'copy', '--format', 'v2s2', ...plain, at('oci'), at('docker')])
    expect((await pulled('skopeo:docker')).digest).toBe(digestOf(BINARY))
  })

  it('by an index, its entry for wasm before that for the host, and that before the first', async () => {
    const binaries = { first: wasmOf(11), host: wasmOf(12), wasm: wasmOf(13) }
    const entry = async (bytes: Uint8Array, platform?: object) => {
      const layers = [wasmLayer('application/wasm', bytes)]
      const digest = await push.image('index', `v${bytes.length}`, layers)
      return { mediaType: MANIFEST, digest, size: manifestOf(layers).length, ...(platform && { platform }) }
    }
    const arch = process.arch === 'x64' ? 'amd64' : process.arch
    const first = await entry(binaries.first, { os: 'plan9', architecture: 'mips' })
    const host = await entry(binaries.host, { os: process.platform, architecture: arch })
    const wasm = await entry(binaries.wasm, { os: 'wasip2', architecture: 'wasm' })
    for (const [tag, manifests, bytes] of [
      ['all', [first, host, wasm], binaries.wasm],
      ['host', [first, host], binaries.host],
      ['first', [first], binaries.first],
    ] as const) {
      const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }))
      await push.manifest('index', tag, index, INDEX)
      expect((await pulled(`index:${tag}`)).digest).toBe(digestOf(bytes))
    }
  })

  it('by its digest, which needs the registry once', async () => {
    const manifest = await push.image('pinned', 'v1', [wasmLayer('application/wasm')])
    const { open } = await downloader()
    const reference = `${registry.host}/pinned@${manifest}`
    expect(open(reference)).toMatchObject({ pinned: true, shown: reference })
    expect((await got(open(reference))).binary.digest).toBe(digestOf(BINARY))
    expect(open(`${registry.host}/pinned:v1`).pinned).toBe(false)
  })

  it('that has not changed, or shares its layer, is not pulled twice', async () => {
    const tar = tarLayer(await tarOf({ 'add.wasm': BINARY }))
    const raw = wasmLayer('application/wasm', wasmOf(20))
    await push.image('again', 'tar', [tar])
    await push.image('again', 'raw', [raw])
    await push.image('again', 'other', [raw], config('application/x-other'))
    const { open } = await downloader()
    const from = async (tag: string) => (await got(open(`${registry.host}/again:${tag}`))).from
    expect(await from('tar')).toBe('registry')
    expect(await from('tar')).toBe('cache')
    expect(await from('raw')).toBe('registry')
    expect(await from('other')).toBe('cache')
    expect(await from('tar')).toBe('cache')
  })

  it('that is missing fails at once', async () => {
    const { open } = await downloader()
    expect(await failure(open(`${registry.host}/nothing:v1`))).toMatchObject({
      message: `GET http://${registry.host}/v2/nothing/manifests/v1: 404 Not Found`,
      transient: false,
    })
  })

  it('reports its progress', async () => {
    await push.image('progress', 'v1', [wasmLayer('application/wasm', wasmOf(2_000_000))])
    const { open } = await downloader()
    const events = await attempt(open(`${registry.host}/progress:v1`))
    const received = events.flatMap((event) => (event.type === 'downloading' ? [event.received] : []))
    expect(received.at(-1)).toBe(2_000_000)
    expect([...received].sort((a, b) => a - b)).toStrictEqual(received)
    expect(received.length).toBeLessThan(20)
  })
})
