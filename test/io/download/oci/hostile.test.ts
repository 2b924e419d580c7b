import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { digestOf, INDEX, MANIFEST, manifestOf, type Layer } from '../../../support/oci-push.js'
import { TAR_END, tarFile, tarHeader } from '../../../support/tar.js'
import { sendBody, type Exchange } from '../../../support/web-server.js'
import { contentOf, downloader, failure, got, leftovers, serve, wasmOf } from '../harness.js'

const BINARY = wasmOf(100_000)
const wasm = (bytes: Uint8Array): Layer => ({ mediaType: 'application/wasm', bytes })
const tar = (...parts: readonly Uint8Array[]): Layer => ({
  mediaType: 'application/vnd.oci.image.layer.v1.tar',
  bytes: Buffer.concat(parts),
})

type Answers = {
  readonly manifest?: Uint8Array
  readonly type?: string
  readonly blob?: (exchange: Exchange, count: number) => void
}

/** A registry with one image and the given responses. */
const registry = async ({ manifest, type = MANIFEST, blob }: Answers, max = 1_000_000) => {
  let blobs = 0
  const server = await serve((exchange) => {
    if (exchange.request.url?.includes('/manifests/') === true)
      sendBody(exchange, manifest ?? manifestOf([wasm(BINARY)]), type === '' ? {} : { 'content-type': type })
    else if (blob === undefined) sendBody(exchange, BINARY)
    else blob(exchange, blobs++)
  })
  const { open, dir, cache } = await downloader({ maxBytes: max })
  const reference = `127.0.0.1:${server.port}/a:v1`
  return { server, reference, cache, dir: dir ?? '', open: () => open(reference) }
}

/** A registry with one layer and a manifest for it. */
const layered = (layer: Layer, max?: number) =>
  registry({ manifest: manifestOf([layer]), blob: (exchange) => sendBody(exchange, layer.bytes) }, max)

describe('a manifest', () => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  const layer = { mediaType: 'application/wasm', digest: digestOf(BINARY), size: BINARY.length }

  it.each([
    [
      'of another type',
      {
        type: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
        manifest: json({ schemaVersion: 1, fsLayers: [] }),
      },
      'expected a manifest',
    ],
    ['of no type', { type: '', manifest: json({}) }, 'found ""; expected a manifest'],
    ['that is no JSON', { manifest: Buffer.from('<html>') }, 'expected'],
    ['that is a list', { manifest: json([]) }, 'expected'],
    ['without layers', { manifest: manifestOf([]) }, 'an image without layers'],
    [
      'that is an index too',
      { manifest: json({ layers: [layer], manifests: [layer] }) },
      'both a manifest and an index',
    ],
    ['of too many layers', { manifest: json({ layers: Array(300).fill(layer) }) }, 'at most 256 items'],
    ['with a negative size', { manifest: json({ layers: [{ ...layer, size: -1 }] }) }, 'expected a size'],
    [
      'with a path as a digest',
      { manifest: json({ layers: [{ ...layer, digest: 'sha256:../../etc/passwd' }] }) },
      'not sha256',
    ],
    [
      'with another algorithm',
      { manifest: json({ layers: [{ ...layer, digest: `md5:${'0'.repeat(32)}` }] }) },
      'not sha256',
    ],
    [
      'of a layer that is too large',
      { manifest: json({ layers: [{ ...layer, size: 2_000_000 }] }) },
      'larger than 1000000 bytes',
    ],
    ['that is gigantic', { manifest: Buffer.alloc(600_000, 32) }, 'more than 524288 bytes'],
    ['that is an empty index', { manifest: json({ manifests: [] }), type: INDEX }, 'an empty index'],
  ] as const)('%s is refused', async (_, answers, message) => {
    const { open } = await registry(answers)
    const error = await failure(open())
    expect(error.message).toContain(message)
    expect(error.transient).toBe(false)
  })

  it('with a wrong digest is refused, and so is an index', async () => {
    const index = json({ manifests: [{ mediaType: INDEX, digest: `sha256:${'1'.repeat(64)}`, size: 1 }] })
    const { open } = await registry({ manifest: index, type: INDEX })
    expect((await failure(open())).message).toContain(`expected sha256:${'1'.repeat(64)}`)
    const { server } = await registry({})
    const direct = await downloader()
    const pinned = direct.open(`127.0.0.1:${server.port}/a@sha256:${'2'.repeat(64)}`)
    expect((await failure(pinned)).message).toContain(`expected sha256:${'2'.repeat(64)}`)
  })

  it('of an index of indexes is not followed', async () => {
    const inner = json({ manifests: [layer] })
    const outer = json({ manifests: [{ mediaType: INDEX, digest: digestOf(inner), size: inner.length }] })
    const server = await serve((exchange) =>
      sendBody(exchange, exchange.request.url?.endsWith('v1') === true ? outer : inner, {
        'content-type': INDEX,
      }),
    )
    const { open } = await downloader()
    expect((await failure(open(`127.0.0.1:${server.port}/a:v1`))).message).toContain('an index of indexes')
  })
})

describe('a layer', () => {
  it('with another digest is refused, and leaves nothing behind', async () => {
    const { open, dir, reference } = await registry({
      blob: (exchange) => sendBody(exchange, Buffer.alloc(BINARY.length, 7)),
    })
    const download = open()
    const error = await failure(download)
    expect(error.message).toContain(`${reference}: a layer has sha256:`)
    expect(error.transient).toBe(false)
    download.close()
    await expect.poll(() => leftovers(dir)).toStrictEqual([])
    expect(await readdir(join(dir, 'blobs', 'sha256'))).toStrictEqual([])
  })

  it('that is longer than in its manifest is cut off', async () => {
    const { open } = await registry({
      blob: ({ response }) => {
        const pour = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        }
        response.on('drain', pour)
        pour()
      },
    })
    expect((await failure(open())).message).toContain(`larger than ${BINARY.length} bytes`)
  })

  it('that is shorter is retried', async () => {
    const { open } = await registry({
      blob: (exchange, count) => sendBody(exchange, count === 0 ? BINARY.subarray(0, 500) : BINARY),
    })
    const download = open()
    expect(await failure(download)).toMatchObject({ transient: true })
    expect((await got(download)).binary.digest).toBe(digestOf(BINARY))
  })

  it('resumes where it broke off, even after a redirect, and without another request for the manifest', async () => {
    const store = await serve((exchange, index) => {
      const { request, response } = exchange
      expect(request.headers).not.toHaveProperty('authorization')
      if (index === 0) {
        response.writeHead(200, { 'content-length': String(BINARY.length) })
        response.write(BINARY.subarray(0, 30_000), () => response.destroy())
      } else {
        expect(request.headers.range).toBe('bytes=30000-')
        const range = { 'content-range': `bytes 30000-99999/100000` }
        sendBody(exchange, BINARY.subarray(30_000), range, 206)
      }
    })
    const { open, server } = await registry({
      blob: ({ response }) => {
        response.writeHead(307, { location: `${store.origin}/blob?sig=secret` })
        response.end()
      },
    })
    const download = open()
    const error = await failure(download)
    expect(error.transient).toBe(true)
    expect(error.message).not.toContain('secret')
    expect((await got(download)).binary.digest).toBe(digestOf(BINARY))
    expect(server.requests.filter(({ url }) => url?.includes('manifests'))).toHaveLength(1)
  })

  it('starts again if the registry returns another range, or none', async () => {
    const { open } = await registry({
      blob: (exchange, count) => {
        const { response } = exchange
        if (count === 0) {
          response.writeHead(200, { 'content-length': String(BINARY.length) })
          response.write(BINARY.subarray(0, 30_000), () => response.destroy())
        } else if (count === 1)
          sendBody(exchange, BINARY.subarray(10), { 'content-range': 'bytes 10-99999/100000' }, 206)
        else sendBody(exchange, BINARY)
      },
    })
    const download = open()
    await failure(download)
    expect((await failure(download)).transient).toBe(true)
    expect((await got(download)).binary.digest).toBe(digestOf(BINARY))
  })

  it('that is neither wasm nor tar is refused', async () => {
    const { open } = await layered(wasm(Buffer.from('<html>'.repeat(200))))
    expect((await failure(open())).message).toContain('Invalid tar header')
  })
})

describe('a tar', () => {
  it.each([
    [
      'several binaries',
      [tarFile('a.wasm', BINARY), tarFile('b.wasm', BINARY), TAR_END],
      'several binaries, such as "a.wasm" and "b.wasm"',
    ],
    ['an end within a file', [tarHeader('a.wasm', 5000), BINARY.subarray(0, 100)], 'Unexpected end of data'],
    ['an end within a header', [BINARY.subarray(0, 0), Buffer.alloc(100, 1)], 'Unexpected end of data'],
    ['a wrong checksum', [tarHeader('a.wasm', 0).fill(65, 0, 4), TAR_END], 'Invalid tar header'],
    ['a malformed size', [tarHeader('a.wasm', '99999999999\0'), TAR_END], 'a malformed number'],
    [
      'a binary that is too large',
      [tarHeader('a.wasm', 2 ** 31), BINARY],
      '"a.wasm" is larger than 1000000 bytes',
    ],
    [
      'a size of GNU that is too large',
      [tarHeader('a.wasm', `\x80${'\xff'.repeat(11)}`), BINARY],
      'a malformed number',
    ],
    [
      'a name without end',
      [gzipSync(Buffer.concat([tarHeader('././@LongLink', 2 ** 31, 'L'), Buffer.alloc(3_000_000, 97)]))],
      'a name is too long',
    ],
    [
      'a negative size in a pax header',
      [tarFile('pax', Buffer.from('11 size=-5\n'), 'x'), tarFile('a.wasm', BINARY), TAR_END],
      'a malformed number',
    ],
    [
      'a malformed pax header',
      [tarFile('pax', Buffer.from('9999 path=a.wasm\n'), 'x')],
      'no layer holds a wasm binary',
    ],
    [
      'pax records of no length',
      [tarFile('pax', Buffer.from('0 path=a.wasm\n'), 'x')],
      'no layer holds a wasm binary',
    ],
  ])('with %s is refused', async (_, parts, message) => {
    const { open } = await layered(tar(...parts))
    const error = await failure(open())
    expect(error.message).toContain(message)
    expect(error.transient).toBe(false)
  })

  it('that unpacks to too much is cut off, and damaged gzip data is refused', async () => {
    const bomb = gzipSync(Buffer.concat([tarHeader('zeros', 2 ** 23), Buffer.alloc(2 ** 23)]))
    const { open } = await layered(tar(bomb))
    expect((await failure(open())).message).toContain('it unpacks to more than 4000000 bytes')
    const damaged = await layered(tar(gzipSync(tarFile('a.wasm', randomBytes(5000))).subarray(0, 2000)))
    expect((await failure(damaged.open())).message).toContain('damaged compressed data')
  })

  it('with endless entries is cut off', async () => {
    const headers = Buffer.alloc(512 * 100_002, tarHeader('', 0, '5'))
    const { open } = await layered(tar(gzipSync(headers)), 60_000_000)
    expect((await failure(open())).message).toContain('more than 100000 entries')
  })

  it.each(['../../../../tmp/escaped.wasm', '/tmp/escaped.wasm', `${'d/'.repeat(40)}../escaped.wasm`])(
    'with the name %s is only read: nothing is written to that path',
    async (name) => {
      const { open, dir } = await layered(tar(tarFile(name, BINARY), TAR_END))
      const download = open()
      const { binary } = await got(download)
      expect(BINARY.equals(await contentOf(binary))).toBe(true)
      download.close()
      await expect.poll(() => leftovers(dir)).toStrictEqual([])
      const files = await readdir(dir, { recursive: true })
      expect(files.filter((file) => file.includes('escaped'))).toStrictEqual([])
      expect(await readdir('/tmp')).not.toContain('escaped.wasm')
    },
  )

  it('with links, directories and whiteouts called .wasm has no binary in these', async () => {
    const parts = [
      tarHeader('link.wasm', 0, '2'),
      tarHeader('directory.wasm', 0, '5'),
      tarHeader('device.wasm', 0, '3'),
      tarFile('bin/.wh.add.wasm', Buffer.alloc(0)),
      tarFile('bin/add.wasm', BINARY),
      TAR_END,
    ]
    const { open } = await layered(tar(...parts))
    expect((await got(open())).binary.digest).toBe(digestOf(BINARY))
  })
})
