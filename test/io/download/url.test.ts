import { describe, expect, it } from 'vitest'
import { sendBody } from '../../support/web-server.js'
import { attempt, contentOf, downloader, failure, got, leftovers, serve, sha256, wasmOf } from './harness.js'

const BINARY = wasmOf(100_000)

describe('a binary of a URL', () => {
  it('is downloaded into the cache, with progress', async () => {
    const server = await serve((exchange) =>
      sendBody(exchange, BINARY, { 'content-type': 'Application/WASM; charset=x' }),
    )
    const { open, dir } = await downloader()
    const download = open(`${server.origin}/add.wasm`)
    const events = await attempt(download)
    expect(events).toMatchObject([
      { type: 'downloading', received: BINARY.length, total: BINARY.length },
      { type: 'arrived' },
      { type: 'fetched', from: 'url', binary: { digest: sha256(BINARY), size: BINARY.length } },
    ])
    const again = open(`${server.origin}/add.wasm`)
    const { binary } = await got(again)
    expect(binary.content).toHaveProperty('path')
    expect(BINARY.equals(await contentOf(binary))).toBe(true)
    download.close()
    again.close()
    await expect.poll(() => leftovers(dir ?? '')).toStrictEqual([])
  })

  it.each(['application/octet-stream', ''])('may have the content type "%s"', async (type) => {
    const server = await serve((exchange) =>
      sendBody(exchange, BINARY, type === '' ? {} : { 'content-type': type }),
    )
    const { open } = await downloader()
    expect((await got(open(server.origin))).binary.digest).toBe(sha256(BINARY))
  })

  it('of another content type, or encoded, is refused', async () => {
    const server = await serve((exchange, index) =>
      sendBody(
        exchange,
        BINARY,
        index === 0 ? { 'content-type': 'text/html' } : { 'content-encoding': 'gzip' },
      ),
    )
    const { open } = await downloader()
    const url = `${server.origin}/a`
    expect(await failure(open(url))).toMatchObject({
      message: `GET ${url}: found content type "text/html"; expected application/wasm`,
      transient: false,
    })
    expect((await failure(open(url))).message).toBe(`GET ${url}: an unrequested content encoding`)
  })

  it('stays in memory without a cache', async () => {
    const server = await serve((exchange) => sendBody(exchange, BINARY))
    const { open } = await downloader({ dir: undefined })
    const { binary } = await got(open(server.origin))
    expect(BINARY.equals(await contentOf(binary))).toBe(true)
    expect(binary.content).toHaveProperty('bytes')
  })

  it('fills neither the memory nor a cache that is too small for it', async () => {
    const server = await serve((exchange) => sendBody(exchange, BINARY))
    const tiny = await downloader({ cacheMax: 10 })
    expect((await got(tiny.open(server.origin))).binary.content).toHaveProperty('bytes')
    const none = await downloader({ dir: undefined, maxTotalBytes: BINARY.length - 1 })
    expect((await failure(none.open(server.origin))).message).toContain('use up the memory')
  })

  it.each([
    ['announced', { 'content-length': '100000' }],
    ['not announced', { 'transfer-encoding': 'chunked' }],
  ])('is refused if it is too large, which is %s', async (_, headers) => {
    const server = await serve(({ response }) => {
      response.writeHead(200, headers)
      response.end(BINARY)
    })
    const { open, dir } = await downloader({ maxBytes: BINARY.length - 1 })
    const download = open(server.origin)
    expect(await failure(download)).toMatchObject({
      message: `GET ${server.origin}/: larger than ${BINARY.length - 1} bytes`,
      transient: false,
    })
    download.close()
    await expect.poll(() => leftovers(dir ?? '')).toStrictEqual([])
  })

  it('that never ends is cut off at the limit', async () => {
    const server = await serve(({ response }) => {
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', pour)
      pour()
    })
    const { open } = await downloader({ maxBytes: 1_000_000 })
    expect((await failure(open(server.origin))).message).toContain('larger than 1000000 bytes')
  })

  it('resumes where the connection broke, if it is unchanged', async () => {
    const server = await serve((exchange, index) => {
      const { request, response } = exchange
      if (index === 0) {
        response.writeHead(200, { etag: '"one"', 'content-length': String(BINARY.length) })
        response.write(BINARY.subarray(0, 40_000), () => response.destroy())
        return
      }
      expect(request.headers).toMatchObject({ range: 'bytes=40000-', 'if-range': '"one"' })
      sendBody(
        exchange,
        BINARY.subarray(40_000),
        { etag: '"one"', 'content-range': `bytes 40000-99999/100000` },
        206,
      )
    })
    const { open } = await downloader()
    const download = open(server.origin)
    expect(await failure(download)).toMatchObject({ transient: true })
    expect((await got(download)).binary.digest).toBe(sha256(BINARY))
    expect(server.requests).toHaveLength(2)
  })

  it('starts again if it has changed in between, or the range is not available', async () => {
    const other = wasmOf(90_000, 2)
    const server = await serve((exchange, index) => {
      const { response } = exchange
      if (index === 0) {
        response.writeHead(200, { etag: '"one"', 'content-length': String(BINARY.length) })
        response.write(BINARY.subarray(0, 40_000), () => response.destroy())
      } else if (index === 1) {
        response.writeHead(416)
        response.end()
      } else sendBody(exchange, other, { etag: '"two"' })
    })
    const { open } = await downloader()
    const download = open(server.origin)
    await failure(download)
    expect(await failure(download)).toMatchObject({ transient: true })
    expect((await got(download)).binary.digest).toBe(sha256(other))
    expect(server.requests[2]?.headers).not.toHaveProperty('range')
  })

  it('is not sent again while its entity tag is the same', async () => {
    const server = await serve((exchange) => {
      const { request, response } = exchange
      if (request.headers['if-none-match'] === 'W/"v1"') {
        response.writeHead(304)
        response.end()
      } else sendBody(exchange, BINARY, { etag: 'W/"v1"' })
    })
    const { open, dir } = await downloader()
    const url = `${server.origin}/add.wasm?token=secret`
    expect(await got(open(url))).toMatchObject({ from: 'url' })
    expect(await got(open(url))).toMatchObject({ from: 'cache', binary: { digest: sha256(BINARY) } })
    // as found by another process
    const later = await downloader({ dir })
    expect(await got(later.open(url))).toMatchObject({ from: 'cache' })
  })

  it('with a digest must match it', async () => {
    const server = await serve((exchange) => sendBody(exchange, BINARY))
    const { open } = await downloader()
    const hex = sha256(BINARY).slice(7)
    const right = open(`${server.origin}/#sha256=${hex.toUpperCase()}`)
    expect(right.pinned).toBe(true)
    expect((await got(right)).binary.digest).toBe(`sha256:${hex}`)
    const wrong = open(`${server.origin}/#sha256=${'0'.repeat(64)}`)
    expect(await failure(wrong)).toMatchObject({
      message: `GET ${server.origin}/: found sha256:${hex}; expected sha256:${'0'.repeat(64)}`,
      transient: false,
    })
  })

  it.each(['http://', 'http://a/#sha256=0', 'https://a/#main', 'http://%zz:b@a/', 'http://a:99999/'])(
    'is malformed: %s',
    async (url) => {
      const { open } = await downloader()
      expect(() => open(url)).toThrow('image_url: expected an http or https URL')
    },
  )

  it.each([
    [404, {}, false, undefined],
    [403, {}, false, undefined],
    [500, {}, true, undefined],
    [429, { 'retry-after': '7' }, true, 7000],
    [503, { 'retry-after': 'soon' }, true, undefined],
    [204, {}, false, undefined],
  ] as const)('that is answered with %i fails', async (status, headers, transient, retryAfterMs) => {
    const server = await serve(({ response }) => {
      response.writeHead(status, headers)
      response.end()
    })
    const { open } = await downloader()
    const error = await failure(open(`${server.origin}/a?sig=secret`))
    expect(error).toMatchObject({ transient, retryAfterMs })
    expect(error.message).toMatch(new RegExp(`^GET ${server.origin}/a\\?…: ${status} `))
  })

  it('that nobody serves is retried', async () => {
    const server = await serve(() => undefined)
    await server.close()
    const { open } = await downloader()
    expect(await failure(open(server.origin))).toMatchObject({
      message: `GET ${server.origin}/: connect ECONNREFUSED 127.0.0.1:${server.port}`,
      transient: true,
    })
  })

  it('is no longer requested once nobody wants it', async () => {
    let closed: (() => void) | undefined
    const gone = new Promise<void>((resolve) => (closed = resolve))
    let asked: (() => void) | undefined
    const begun = new Promise<void>((resolve) => (asked = resolve))
    const server = await serve(({ request, response }) => {
      response.writeHead(200)
      response.write(BINARY)
      request.on('close', () => closed?.())
      asked?.()
    })
    const { open, dir } = await downloader()
    const download = open(server.origin)
    const subscription = download.attempt.subscribe()
    await begun
    subscription.unsubscribe()
    download.close()
    await gone
    await expect.poll(() => leftovers(dir ?? '')).toStrictEqual([])
  })
})

describe('credentials of a URL', () => {
  it('are sent to its own origin only, and never shown', async () => {
    const elsewhere = await serve((exchange) => sendBody(exchange, BINARY))
    const server = await serve(({ request, response }) => {
      const location = request.url?.startsWith('/start') === true ? '/next' : `${elsewhere.origin}/end`
      response.writeHead(302, { location })
      response.end()
    })
    const { open } = await downloader()
    const download = open(`http://user:p%40ss@127.0.0.1:${server.port}/start?key=secret`)
    expect(download.shown).toBe(`${server.origin}/start?…`)
    expect((await got(download)).binary.digest).toBe(sha256(BINARY))
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(server.requests.map(({ headers }) => headers.authorization)).toStrictEqual([
      authorization,
      authorization,
    ])
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('authorization')
  })
})

describe('redirects', () => {
  const to = (location: string | undefined) =>
    serve(({ response }) => {
      response.writeHead(307, location === undefined ? {} : { location })
      response.end()
    })

  it.each([
    ['/', 'more than 5 redirects'],
    [undefined, 'a redirect without a location'],
    ['http://[', 'a redirect without a location'],
    ['file:///etc/passwd', 'a redirect to something other than http or https'],
  ])('to %s are not followed for ever', async (location, message) => {
    const server = await to(location)
    const { open } = await downloader()
    const error = await failure(open(server.origin))
    expect(error).toMatchObject({ transient: false })
    expect(error.message).toContain(message)
  })
})
