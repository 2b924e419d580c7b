import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCerts, type Certs } from '../../support/certs.js'
import { sendBody } from '../../support/web-server.js'
import { downloader, failure, got, serve, sha256, wasmOf } from './harness.js'

let certs: Certs
beforeAll(async () => {
  certs = await makeCerts()
})
afterAll(() => certs.remove())

const BINARY = wasmOf(1000)

it('trusts the authorities of the configuration, and no others', async () => {
  const server = await serve((exchange) => sendBody(exchange, BINARY), certs.server)
  const trusting = await downloader({ tls: { ca: certs.ca.cert, verify: true } })
  expect((await got(trusting.open(server.origin))).binary.digest).toBe(sha256(BINARY))
  for (const ca of [undefined, certs.otherCa.cert]) {
    const { open } = await downloader({ tls: { ca, verify: true } })
    const error = await failure(open(server.origin))
    expect(error.transient).toBe(false)
    expect(error.message).toContain(`GET ${server.origin}/: `)
  }
})

it('requires the certificate to match the name, unless verification is disabled', async () => {
  const server = await serve((exchange) => sendBody(exchange, BINARY), certs.misnamed)
  const strict = await downloader({ tls: { ca: certs.ca.cert, verify: true } })
  expect(await failure(strict.open(server.origin))).toMatchObject({ transient: false })
  const careless = await downloader({ tls: { ca: undefined, verify: false } })
  expect((await got(careless.open(server.origin))).binary.digest).toBe(sha256(BINARY))
})

it('does not follow a redirect from https to http', async () => {
  const plain = await serve((exchange) => sendBody(exchange, BINARY))
  const server = await serve(({ response }) => {
    response.writeHead(302, { location: plain.origin })
    response.end()
  }, certs.server)
  const { open } = await downloader({ tls: { ca: certs.ca.cert, verify: true } })
  expect((await failure(open(server.origin))).message).toContain('a redirect from https to http')
  expect(plain.requests).toHaveLength(0)
})
