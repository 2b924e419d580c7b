import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pullImages } from '../../src/dev/pull.js'
import { useDaemons, type Site } from '../support/daemon.js'
import { startDockerRegistry, type DockerRegistry } from '../support/docker-registry.js'
import { digestOf, pusher } from '../support/oci-push.js'
import { sendBody, startWebServer, type Exchange, type WebServer } from '../support/web-server.js'
import { fixture, type Wire } from '../support/wire.js'

const { site, proplet: startProplet, registry: startRegistry } = useDaemons('all')

const HELLO = 'arg 0: _start\nenv: GREETING=hello\nenv: PROPLET_ID=of-task\n'
const BINARY = fixture('args-env')
const HEX = createHash('sha256').update(BINARY).digest('hex')
const ETAG = '"v1"'

const hello = (id: string, image: string) => ({
  id,
  name: '_start',
  image_url: image,
  env: { GREETING: 'hello', PROPLET_ID: 'of-task' },
})

const serveFile = (exchange: Exchange) => {
  const { request, response } = exchange
  if (request.headers['if-none-match'] === ETAG) response.writeHead(304).end()
  else sendBody(exchange, BINARY, { etag: ETAG, 'content-type': 'application/wasm' })
}

describe('a proplet that downloads', () => {
  let wire: Wire
  let proplet: Site['proplet']
  let port: number
  let registry: DockerRegistry
  let web: WebServer
  /** The response of the web server for each path. */
  const paths = new Map<string, (exchange: Exchange) => void>()

  beforeAll(async () => {
    ;[registry, web] = await Promise.all([
      startDockerRegistry(),
      startWebServer((exchange) => {
        const path = new URL(exchange.request.url ?? '', 'http://host').pathname
        const answer = paths.get(path) ?? (({ response }: Exchange) => response.writeHead(404).end())
        answer(exchange)
      }),
    ])
    await pusher(registry.host, () => Promise.resolve(undefined)).image('hello', 'v1', [
      { mediaType: 'application/wasm', bytes: BINARY },
    ])
    ;({ wire, proplet, port } = await site('embedded', {
      PROPLET_REGISTRY: 'direct',
      PROPLET_FETCH_PRIVATE: '127.0.0.0/8',
      PROPLET_FETCH_RETRY: '2s',
    }))
  })
  afterAll(async () => {
    await registry.kill()
    await web.close()
  })

  const requestsFor = (path: string) => web.requests.filter(({ url }) => url?.startsWith(path) === true)

  it('runs the binary of a URL, checks whether it has changed, and reveals no secrets', async () => {
    paths.set('/hello.wasm', serveFile)
    const url = `http://user:hunter2@127.0.0.1:${web.port}/hello.wasm?sig=hunter3`
    expect(await wire.run(hello('url 1', url))).toMatchObject({ results: HELLO, error: null })
    expect(await wire.run(hello('url 2', url))).toMatchObject({ results: HELLO, error: null })
    expect(requestsFor('/hello.wasm').map(({ headers }) => headers['if-none-match'])).toStrictEqual([
      undefined,
      ETAG,
    ])
    const shown = `${web.origin}/hello.wasm?…`
    expect(proplet.lines().filter(({ image }) => image === shown).length).toBeGreaterThan(2)
    expect(wire.on('registry/proplet')).toStrictEqual([])
    expect(proplet.log()).not.toMatch(/hunter[23]/)
  })

  it('requests a URL with a digest only once', async () => {
    paths.set('/pinned.wasm', serveFile)
    const url = `${web.origin}/pinned.wasm#sha256=${HEX}`
    expect(await wire.run(hello('pinned 1', url))).toMatchObject({ results: HELLO })
    expect(await wire.run(hello('pinned 2', url))).toMatchObject({ results: HELLO })
    // The cache may provide it by its digest, whatever its source was.
    expect(requestsFor('/pinned.wasm').length).toBeLessThan(2)
    const other = `${web.origin}/pinned.wasm#sha256=${'0'.repeat(64)}`
    expect(await wire.run(hello('pinned 3', other))).toMatchObject({
      results: '',
      error: `GET ${web.origin}/pinned.wasm: found sha256:${HEX}; expected sha256:${'0'.repeat(64)}`,
    })
  })

  it('answers with the reason of a failure', async () => {
    expect(await wire.run(hello('missing', `${web.origin}/missing?sig=hunter3`))).toMatchObject({
      results: '',
      error: `GET ${web.origin}/missing?…: 404 Not Found`,
    })
    expect(await wire.run(hello('malformed', 'http://[/'))).toMatchObject({
      error: expect.stringContaining('image_url: expected an http or https URL') as string,
    })
    expect(await wire.run(hello('reference', 'user:hunter2@registry/a'))).toMatchObject({
      error: 'image_url: expected [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST]',
    })
  })

  it('retries transient failures', async () => {
    let count = 0
    paths.set('/flaky', (exchange) => {
      if (count++ === 0) exchange.response.writeHead(503).end()
      else serveFile(exchange)
    })
    expect(await wire.run(hello('flaky', `${web.origin}/flaky`))).toMatchObject({ results: HELLO })
    expect(proplet.log()).toContain('/flaky: 503 Service Unavailable; retrying')
  })

  it('downloads once for tasks that want the same binary, and stops when none needs it', async () => {
    let settle: ((exchange: Exchange) => void) | undefined
    const asked = new Promise<Exchange>((resolve) => (settle = resolve))
    paths.set('/slow', (exchange) => {
      exchange.response.writeHead(200)
      const timer = setInterval(() => exchange.response.write(Buffer.alloc(4096)), 100)
      exchange.response.on('close', () => clearInterval(timer))
      settle?.(exchange)
    })
    await wire.start(hello('slow 1', `${web.origin}/slow`))
    await wire.start(hello('slow 2', `${web.origin}/slow`))
    const { response } = await asked
    const gone = new Promise((resolve) => response.on('close', resolve))
    await wire.stop('slow 1')
    expect(await wire.result('slow 1')).toMatchObject({ error: 'task stopped' })
    await wire.stop('slow 2')
    expect(await wire.result('slow 2')).toMatchObject({ error: 'task stopped' })
    await gone
    expect(requestsFor('/slow')).toHaveLength(1)
  })

  it('pulls images itself, and uses the cached copy, with a warning, when the registry is away', async () => {
    const image = `${registry.host}/hello:v1`
    expect(await wire.run(hello('image 1', image))).toMatchObject({ results: HELLO, error: null })
    await registry.kill()
    expect(await wire.run(hello('image 2', image))).toMatchObject({ results: HELLO, error: null })
    expect(proplet.log()).toContain(`${image}: no answer for 2 s; using the cached copy`)
    expect(wire.on('registry/proplet')).toStrictEqual([])
  })

  it('does not connect to private addresses unless they are listed', async () => {
    const strict = startProplet(port)
    await wire.until(() => wire.alive().some(({ body }) => body['proplet_id'] === strict.id))
    const url = `http://localhost:${web.port}/hello.wasm`
    expect(await wire.run({ ...hello('inner', url), proplet_id: strict.id })).toMatchObject({
      results: '',
      error: expect.stringMatching(
        /^GET http:\/\/localhost:\d+\/hello\.wasm: localhost resolves to \S+, a private address, which PROPLET_FETCH_PRIVATE does not list$/,
      ) as string,
    })
  })
})

describe('the embedded registry server', () => {
  it('serves what it pulls from a registry', async () => {
    const registry = await startDockerRegistry()
    try {
      await pusher(registry.host, () => Promise.resolve(undefined)).image('hello', 'v1', [
        { mediaType: 'application/wasm', bytes: BINARY },
      ])
      const { port, wire, proplet } = await site('embedded')
      const failures: string[] = []
      await startRegistry(port, {
        images: await pullImages({ env: process.env }),
        onFailure: (image, error) => failures.push(`${image}: ${String(error)}`),
      })
      const image = `${registry.host}/hello:v1`
      expect(await wire.run(hello('dev', image))).toMatchObject({ results: HELLO, error: null })
      expect(proplet.log()).toContain(digestOf(BINARY))
      const missing = `${registry.host}/nothing:v1`
      await wire.start(hello('none', missing))
      await expect.poll(() => failures, { timeout: 10_000 }).toHaveLength(1)
      expect(failures[0]).toContain(`${missing}: DownloadError: GET http://${registry.host}/v2/nothing`)
    } finally {
      await registry.kill()
    }
  })
})
