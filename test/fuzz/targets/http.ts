import { createHash } from 'node:crypto'
import { NEVER } from 'rxjs'
import { createEmbeddedRuntime, type EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import { componentFixture } from '../../support/fixtures.js'
import { exchange, HTTP_WORDS, madeRequest, OVER_MS, SILENCE_MS } from '../http-client.js'
import { utf8, type Opened, type Target } from '../target.js'

/** The first port to try; vitest's workers run concurrently. */
const PORT = 26_000 + 200 * Number(process.env['VITEST_POOL_ID'] ?? 0)
/** A valid request must be answered after this many inputs. */
const GOOD_EVERY = 20
const MIB = 1024 * 1024
const LIMITS = {
  host: '127.0.0.1',
  maxRequests: 100,
  maxChildren: 2,
  timeoutMs: 2000,
  bodyMaxBytes: MIB,
  graceMs: 0,
}
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

const GOOD = 'GET /count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const SEEDS = [
  GOOD,
  'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
  'POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n',
  'GET /headers HTTP/1.0\r\nA: 1\r\nA: 2\r\nCookie: c=d\r\n\r\n',
  'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /count HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na',
]

/** Starts a component that serves HTTP; resolves to its port. */
const servedBy = (runtime: EmbeddedRuntime): Promise<number> => {
  const bytes = componentFixture('http-server')
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const binary = { digest, size: bytes.length, content: { bytes } }
  const task = { id: 'served', name: '_start', inputs: [], cliArgs: [], env: {}, daemon: false, binary }
  return new Promise((resolve, reject) => {
    runtime.run(task, NEVER).subscribe((event) => {
      if (event.type === 'serving') resolve(event.port)
      if (event.type === 'ended')
        reject(new Error(`the component stopped serving: ${JSON.stringify(event.outcome)}`))
    })
  })
}

const openServer = async (): Promise<Opened> => {
  const runtime = createEmbeddedRuntime({
    isolation: 'process',
    warm: 1,
    maxIdle: 2,
    dirs: [],
    timeoutMs: 10_000,
    memoryMaxBytes: 64 * MIB,
    outputMaxBytes: MIB,
    log: silent,
    http: { ...LIMITS, port: PORT },
  })
  const port = await servedBy(runtime)
  let count = 0
  return {
    run: async (input) => {
      const status = await exchange(port, input, SILENCE_MS)
      count += 1
      if (count % GOOD_EVERY === 0) {
        const good = await exchange(port, utf8(GOOD), OVER_MS)
        if (good !== '200') throw new Error(`a good request is answered with ${good}`)
      }
      return status === '200' ? 'accepted' : status
    },
    close: () => runtime.close(),
  }
}

/** What a client may send to a component that serves HTTP. */
export const http: Target = {
  name: 'http',
  share: 4,
  maxBytes: 50_000,
  words: HTTP_WORDS,
  seeds: () => SEEDS.map(utf8),
  make: (random) => madeRequest(random, ['/count', '/echo', '/headers']),
  open: openServer,
}
