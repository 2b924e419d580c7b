import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { NEVER } from 'rxjs'
import { createEmbeddedRuntime, type EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import { componentFixture } from '../../support/fixtures.js'
import type { Random } from '../../support/random.js'
import { utf8, type Opened, type Target } from '../target.js'

/** The first port that is tried; vitest's workers run side by side. */
const PORT = 26_000 + 200 * Number(process.env['VITEST_POOL_ID'] ?? 0)
/** After so many inputs a good request has to be answered. */
const GOOD_EVERY = 20
/** A connection that is not over by then, though the client has ended it, hangs. */
const OVER_MS = 10_000
/** A request that is not whole is not answered; the client gives up then. */
const SILENCE_MS = 40
const STATUS_LINE = 64
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
const WORDS = [
  '\r\n',
  '\r',
  '\n',
  '\0',
  ' ',
  ':',
  '\t',
  'HTTP/1.1',
  'HTTP/2.0',
  'HTTP/0.9',
  'GET ',
  'PRI * ',
  'HEAD ',
  '/%00',
  '//',
  '*',
  'Host: ',
  'Content-Length: -1\r\n',
  'Content-Length: 5, 5\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Expect: x\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'ffffffffffffffff\r\n',
  'Connection: close\r\n',
  'Connection: keep-alive\r\n',
  'Upgrade: h2c\r\n',
  '\r\n\r\n',
  '0\r\n\r\n',
  '\x80',
  '\xff',
  ';a=b',
  'Trailer: T\r\n',
] as const

const made = (random: Random): Uint8Array => {
  const headers = Array.from({ length: random.small(12) }, () =>
    random.once(3)
      ? random.pick(WORDS)
      : `${'X'.repeat(1 + random.small(30))}: ${'v'.repeat(random.small(400))}\r\n`,
  )
  const method = random.pick(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'FOO', 'get'])
  const path = random.pick([
    '/count',
    '/echo',
    '/headers',
    '*',
    'http://x/count',
    '/%ff',
    `/${'a'.repeat(random.small(9000))}`,
    '',
  ])
  const body = random.once(2)
    ? ''
    : `${random.small(40).toString(16)}\r\n${'b'.repeat(random.small(40))}\r\n0\r\n\r\n`
  return Buffer.from(
    `${method} ${path} HTTP/1.${random.below(3)}\r\n${headers.join('')}\r\n${body}`,
    'latin1',
  )
}

/**
 * Sends the bytes, waits for a while of silence, ends its side, and waits until the connection is over; resolves to the
 * status of what came.
 */
const exchange = (port: number, bytes: Uint8Array, silenceMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const overdue = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection is not over after ${OVER_MS} ms`))
    }, OVER_MS)
    const silence = setTimeout(() => socket.end(), silenceMs)
    let first = ''
    socket.on('data', (data: Buffer) => {
      silence.refresh()
      if (first.length < STATUS_LINE) first += data.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(overdue)
      clearTimeout(silence)
      resolve(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 'nothing')
    })
    socket.write(bytes)
  })

/** Starts a component that serves; resolves to its port. */
const servedBy = (runtime: EmbeddedRuntime): Promise<number> => {
  const bytes = componentFixture('http-server')
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const binary = { digest, size: bytes.length, content: { bytes } }
  const task = { id: 'served', name: '_start', inputs: [], cliArgs: [], env: {}, daemon: false, binary }
  return new Promise((resolve, reject) => {
    runtime.run(task, NEVER).subscribe((event) => {
      if (event.type === 'serving') resolve(event.port)
      if (event.type === 'ended') reject(new Error(`it serves no more: ${JSON.stringify(event.outcome)}`))
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
  share: 5,
  maxBytes: 50_000,
  words: WORDS,
  seeds: () => SEEDS.map(utf8),
  make: made,
  open: openServer,
}
