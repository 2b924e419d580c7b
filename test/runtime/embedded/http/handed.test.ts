import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ask, serve } from './server.js'

const agentOfTest = (): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}

describe('issue 15, item 2: connections that children answer', () => {
  it('are served by another child if a request occupies theirs, before that request exceeds its time limit', async () => {
    const { port, warning } = await serve({ timeoutMs: 3000 }, {}, { isolation: 'process' })
    const agent = agentOfTest()
    expect((await ask(port, '/count', { agent })).body).toBe('1')
    let isOver = false
    const hanging = ask(port, '/hang').finally(() => (isOver = true))
    expect((await ask(port, '/count', { agent })).body).toBe('1')
    expect(isOver).toBe(false)
    expect(await hanging).toMatchObject({ status: 504, body: 'the component did not answer in time\n' })
    await warning(/time limit of 3s of a request exceeded/)
    expect((await ask(port, '/count', { agent })).body).toBe('1')
  })

  it('are cut off if their child dies during a response, and other requests are answered', async () => {
    const { port, runtime, warning } = await serve({ maxChildren: 1 }, {}, { isolation: 'process' })
    const client = connect(port, '127.0.0.1').setEncoding('latin1')
    client.write('GET /hang-late HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(client, 'data')
    client.resume()
    for (const pid of runtime.pids()) process.kill(pid, 'SIGKILL')
    await once(client, 'close')
    expect(await warning(/its child was killed by SIGKILL/)).toContain('while serving')
    expect(await ask(port, '/count')).toMatchObject({ status: 200 })
  })

  it('may carry pipelined requests', async () => {
    const { port } = await serve({}, {}, { isolation: 'process' })
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
    const attempt = async () => {
      const client = connect(port, '127.0.0.1').setEncoding('latin1')
      let seen = ''
      client.on('data', (text: string) => {
        if (!seen.includes(' 202 ') && (seen + text).includes(' 202 '))
          client.write('03 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        seen += text
      })
      client.on('error', () => undefined)
      client.write(`${get('/status/201')}${get('/status/202')}GET /status/2`)
      await once(client, 'close')
      return seen.match(/^HTTP\/1\.1 \d+/gm)
    }
    // On a busy machine, a request may occupy the child so long that the daemon takes the connection back, and closes it because
    // others follow.
    let answers = await attempt()
    for (let tries = 1; answers?.length !== 3 && tries < 20; tries++) answers = await attempt()
    expect(answers).toStrictEqual(['HTTP/1.1 201', 'HTTP/1.1 202', 'HTTP/1.1 203'])
  })

  it('keep apart a pipelined request and the body of the next one, which the daemon reads', async () => {
    const { port } = await serve({}, {}, { isolation: 'process' })
    const body = `GET /status/299 HTTP/1.1\r\nHost: x\r\n\r\n${'x'.repeat(100_000)}`
    const client = connect(port, '127.0.0.1').setEncoding('latin1')
    let seen = ''
    client.on('data', (text: string) => (seen += text))
    client.on('error', () => undefined)
    client.write(
      `GET /status/201 HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    client.write(body)
    await once(client, 'close')
    // On a busy machine, the daemon may close the connection after the first, because others follow.
    expect([['201'], ['201', '200']]).toContainEqual(seen.match(/(?<=^HTTP\/1\.1 )\d+/gm))
    if (seen.includes(' 200 ')) expect(seen.match(/GET \/status\/299|x{1000}/g)?.length).toBeGreaterThan(90)
  })

  it('stay open if a body arrives late or a client is slow', async () => {
    const { port } = await serve({}, {}, { isolation: 'process' })
    const agent = agentOfTest()
    const late = async function* () {
      yield 'first '
      await ask(port, '/count')
      yield 'second'
    }
    expect((await ask(port, '/count', { agent })).body).toBe('1')
    expect((await ask(port, '/echo', { method: 'POST', body: late(), agent })).body).toBe('first second')
    expect((await ask(port, '/big/900000', { agent })).bytes.length).toBe(900_000)
    expect((await ask(port, '/count', { agent })).body).toBe('1')
  })
})
