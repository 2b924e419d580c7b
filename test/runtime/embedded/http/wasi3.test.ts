import { describe, expect, it } from 'vitest'
import { hasJspi, NEEDS_JSPI } from '../../../../packages/component/test/link/async/jspi.js'
import { ISOLATIONS, runtimeOfTest } from '../harness.js'
import { ask, component, http, outcomeOf, serve, serveIn } from './server.js'

/** On Node.js 24, guests run with a flag that enables JSPI. */
const isServed = hasJspi || process.versions.node.startsWith('24.')

const VERSIONS = [
  ['the release', 'async-http'],
  ['a draft', 'async-http-draft'],
] as const

describe.each(ISOLATIONS)('C3: HTTP of WASI 0.3 (%s)', (isolation) => {
  it.runIf(!isServed).each(VERSIONS)('is refused by name where Node.js has no JSPI: %s', async (_, name) => {
    const runtime = await runtimeOfTest({ isolation, http })
    expect(await outcomeOf(runtime, { binary: component(name) })).toStrictEqual({
      kind: 'failed',
      code: 'unsupported',
      error: expect.stringMatching(NEEDS_JSPI) as string,
      results: '',
    })
  })

  describe.runIf(isServed).each(VERSIONS)('of %s', (_, name) => {
    const start = () => serve({}, { binary: component(name) }, { isolation })

    it('answers with fields, a body and trailers', async () => {
      const { port } = await start()
      const { status, rawHeaders, body } = await ask(port, '/')
      expect([status, body]).toStrictEqual([200, 'hello from WASI 0.3\n'])
      expect(rawHeaders.slice(0, 2)).toStrictEqual(['x-own-field', 'Value'])
      expect(await ask(port, '/trailers')).toMatchObject({ body: 'body\n', trailers: { 'x-sum': '42' } })
      expect(await ask(port, '/nothing')).toMatchObject({ status: 404, body: 'not found\n' })
    })

    it('passes a body on, and answers while it comes', async () => {
      const { port } = await start()
      const large = 'abcdefghij'.repeat(30_000)
      expect((await ask(port, '/echo', { method: 'POST', body: large })).body).toBe(large)
      let goOn: () => void = () => undefined
      const halfway = new Promise<void>((resolve) => (goOn = resolve))
      const pieces = (async function* () {
        yield 'first '
        await halfway
        yield 'second'
      })()
      const response = await fetch(`http://127.0.0.1:${port}/upper`, {
        method: 'POST',
        body: ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()),
        duplex: 'half',
      })
      const reader = (response.body ?? expect.unreachable('no body'))
        .pipeThrough(new TextDecoderStream())
        .getReader()
      expect(await reader.read()).toStrictEqual({ done: false, value: 'FIRST ' })
      goOn()
      expect(await reader.read()).toStrictEqual({ done: false, value: 'SECOND' })
      expect(await reader.read()).toMatchObject({ done: true })
    })

    it('fails a request by an error code or a trap, and takes the next', async () => {
      const { port, warning } = await start()
      expect(await ask(port, '/error')).toMatchObject({ status: 500 })
      expect(await warning(/internal-error/)).toContain('it answered with the error internal-error')
      expect(await ask(port, '/trap')).toMatchObject({ status: 500 })
      expect(await warning(/trap/)).toContain('trap: unreachable')
      expect(await ask(port, '/')).toMatchObject({ status: 200 })
    })

    it('sends requests, by the client and to the next of a chain, under the rules of the network', async () => {
      const allowed = [{ host: '127.0.0.1', port: undefined }]
      const tls = { ca: undefined, verify: true }
      const runtime = await runtimeOfTest({ isolation, http, network: { rules: allowed, tls } })
      const inner = await serveIn(runtime, { binary: component(name) })
      const outer = await serveIn(runtime, { binary: component(name) })
      for (const way of ['send', 'next']) {
        const relayed = await ask(outer.port, `/${way}?127.0.0.1:${inner.port}`)
        expect([relayed.status, relayed.body]).toStrictEqual([404, 'not found\n'])
        const denied = await ask(outer.port, `/${way}?127.0.0.2:${inner.port}`)
        expect([denied.status, denied.body]).toStrictEqual([502, 'error 15\n'])
      }
    })
  })
})
