import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fixture, ISOLATIONS, runtimeOfTest } from '../harness.js'
import { ask, http, outcomeOf, serve } from './server.js'

// HTTP servers built by other toolchains from test/fixtures/programs and test/fixtures/src/components/page.js.
const LARGE = 512 * 1024 * 1024
const start = (isolation: (typeof ISOLATIONS)[number], name: string, more = {}) =>
  serve({}, { binary: fixture(name) }, { isolation, memoryMaxBytes: LARGE, timeoutMs: 60_000, ...more })

describe.each(ISOLATIONS)('C21, C23: an HTTP server of another toolchain (%s)', (isolation) => {
  it('serves: Rust, of the wasi crate', async () => {
    const { port } = await start(isolation, 'programs/rust-http')
    expect(await ask(port, '/hello')).toMatchObject({
      status: 200,
      body: 'Hello from Rust\n',
      headers: { 'content-type': 'text/plain' },
    })
    const body = 'some text '.repeat(20_000)
    expect((await ask(port, '/echo', { method: 'POST', body })).body).toBe(body)
    expect((await ask(port, '/large')).body).toBe('x'.repeat(200_000))
    expect((await ask(port, '/host')).body).toBe(`127.0.0.1:${port}\n`)
    expect((await ask(port, '/headers', { headers: { 'X-Own': 'a' } })).body).toBe('x-own\n')
    expect(await ask(port, '/else')).toMatchObject({ status: 404, body: '' })
  })

  const hasConstantExpressions = Number(process.versions.node.split('.')[0]) >= 22
  it.runIf(!hasConstantExpressions)('C20: names the Node.js that would run Python', async () => {
    const runtime = await runtimeOfTest({ isolation, http, memoryMaxBytes: LARGE })
    expect(await outcomeOf(runtime, { binary: fixture('programs/python') })).toMatchObject({
      code: 'unsupported',
      error: expect.stringMatching(
        /^the core module at byte \d+ of the component: a module that uses extended constant expressions needs Node\.js 22/,
      ) as string,
    })
  })

  const python = 'serves: Python, of componentize-py'
  it.runIf(hasConstantExpressions)(python, { timeout: 60_000 }, async () => {
    const { port } = await start(isolation, 'programs/python')
    const digest = createHash('sha256').update('abc').digest('hex')
    expect(await ask(port, '/a?b=c', { method: 'POST', body: 'abc' })).toMatchObject({
      status: 200,
      body: `/a?b=c 3 ${digest}\n`,
    })
  })

  const name = 'wasi:cli/run#run'
  it.runIf(hasConstantExpressions)(`runs it as a command, named ${name}`, { timeout: 60_000 }, async () => {
    const runtime = await runtimeOfTest({ isolation, memoryMaxBytes: LARGE, timeoutMs: 60_000 })
    const asked = { binary: fixture('programs/python'), name, inputs: ['a', 'b'] }
    const args = /"args": \["a", "b"\]/
    expect(await outcomeOf(runtime, asked)).toMatchObject({ results: expect.stringMatching(args) as string })
  })

  it('serves: JavaScript, of a fetch handler, which fetches itself', { timeout: 60_000 }, async () => {
    const target = createServer((_, response) => response.end('of the host'))
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    onTestFinished(() => void target.close())
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`
    const network = {
      rules: [{ host: '127.0.0.1', port: undefined }],
      tls: { ca: undefined, verify: true },
    }
    const { port } = await start(isolation, 'components/page', { network })
    expect((await ask(port, '/x?name=you')).body).toBe('<h1>Hello you</h1><ul><li>/x</li></ul>')
    expect(await ask(port, '/echo', { method: 'PUT', body: 'abc' })).toMatchObject({
      body: 'abc',
      headers: { 'x-method': 'PUT' },
    })
    expect((await ask(port, `/fetch?url=${encodeURIComponent(url)}`)).body).toBe('of the host')
  })
})
