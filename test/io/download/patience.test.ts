import { asyncScheduler, lastValueFrom, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import { createDownloads } from '../../../src/streams/binaries/download.js'
import { MANIFEST, manifestOf } from '../../support/oci-push.js'
import { sendBody, type Exchange } from '../../support/web-server.js'
import { downloader, serve, sha256, wasmOf } from './harness.js'

const BINARY = wasmOf(100_000)

/** The download stage with real downloads: a stall of 400 ms ends an attempt, and the next one follows 500 ms later. */
const patient = async () => {
  const { open } = await downloader()
  const downloads = createDownloads({
    open,
    limits: { stallMs: 400, ttlMs: 10_000, timeoutMs: 10_000, concurrent: 1 },
    clock: asyncScheduler,
    random: () => 0,
  })
  return (reference: string) => lastValueFrom(downloads(reference).pipe(toArray()))
}

/** Sends a byte now and then, forever. */
const drip = ({ response }: Exchange, headers: Readonly<Record<string, string>>) => {
  response.writeHead(200, headers)
  const timer = setInterval(() => response.write('a'), 10)
  response.on('close', () => clearInterval(timer))
}

it('does not count a trickle as progress', async () => {
  const server = await serve((exchange, index) => {
    if (index === 0) drip(exchange, { 'content-length': '100000' })
    else sendBody(exchange, BINARY)
  })
  const events = await (await patient())(server.origin)
  expect(events).toMatchObject([
    { type: 'fetching', attempt: 1 },
    { type: 'warning', message: `${server.origin}/: no data for 0.4 s; retrying` },
    { type: 'fetching', attempt: 2 },
    { type: 'downloading' },
    { type: 'fetched', binary: { digest: sha256(BINARY) } },
  ])
})

it('does not wait for a trickling manifest, nor start it again', async () => {
  const layer = { mediaType: 'application/wasm', bytes: BINARY }
  const server = await serve((exchange, index) => {
    const { request, response } = exchange
    if (index === 0) drip(exchange, { 'content-type': MANIFEST })
    else if (index === 1) sendBody(exchange, manifestOf([layer]), { 'content-type': MANIFEST })
    else if (index === 2) {
      response.writeHead(200, { 'content-length': '100000' })
      response.write(BINARY.subarray(0, 60_000))
    } else {
      expect(request.headers.range).toBe('bytes=60000-')
      sendBody(exchange, BINARY.subarray(60_000), { 'content-range': 'bytes 60000-99999/100000' }, 206)
    }
  })
  const events = await (await patient())(`127.0.0.1:${server.port}/a:v1`)
  expect(events.filter(({ type }) => type === 'warning')).toHaveLength(2)
  expect(events.at(-1)).toMatchObject({ type: 'fetched', binary: { digest: sha256(BINARY) } })
  expect(server.requests).toHaveLength(4)
})
