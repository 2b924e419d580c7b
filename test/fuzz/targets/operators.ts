import { pino } from 'pino'
import { finalize, NEVER, of, Subject } from 'rxjs'
import { loadConfig } from '../../../src/index.js'
import { createOps } from '../../../src/io/ops/ops.js'
import { openPage } from '../../../src/app/page/page.js'
import { exchange, HTTP_WORDS, madeRequest, OVER_MS, SILENCE_MS } from '../http-client.js'
import { utf8, type Opened, type Target } from '../target.js'

/** A valid request must be answered after this many inputs. */
const GOOD_EVERY = 20
const TOKEN = 'token-of-the-page'
const ENV = {
  PROPLET_DOMAIN_ID: 'd',
  PROPLET_CHANNEL_ID: 'c',
  PROPLET_CLIENT_ID: 'fuzzed',
  PROPLET_CLIENT_KEY: 'k',
  PROPLET_METRICS_ENABLED: 'true',
  PROPLET_UI_ACTIONS: 'true',
  PROPLET_UI_TOKEN: TOKEN,
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
const GOOD = get('/livez')
const stop = (headers: string, body: string) =>
  `POST /ui/stop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
const SEEDS = [
  GOOD,
  ...['/', '/metrics', '/health', '/readyz', '/ui/events', '/ui/task?key=1', '/ui/stop', '/nothing'].map(get),
  'GET /metrics HTTP/1.1\r\nHost: elsewhere\r\nAccept: application/openmetrics-text\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: "x"\r\nAccept-Encoding: gzip\r\n\r\n',
  stop(`Authorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`, '{"task": 1}'),
  stop('Authorization: Bearer wrong\r\nContent-Type: application/json\r\n', '{"task": 1}'),
  stop('Origin: http://elsewhere\r\nContent-Type: text/plain\r\n', '{"task":'),
]

const PATHS = ['/', '/metrics', '/health', '/ui/events', '/ui/task?key=1', '/ui/stop']

const openOperators = async (): Promise<Opened> => {
  const { config } = loadConfig({ flags: {}, env: ENV })
  const { ops } = config
  const page = ops?.page
  if (ops === undefined || page === undefined) throw new Error('the configuration has no page')
  const end$ = new Subject<void>()
  let closed: () => void = () => undefined
  const whenClosed = new Promise<void>((resolve) => (closed = resolve))
  const port = await new Promise<number>((resolve, reject) => {
    const log = pino(
      { level: 'info' },
      {
        write: (line: string) => {
          const said = JSON.parse(line) as { port?: number; level: number; msg: string }
          if (said.port !== undefined) resolve(said.port)
          else if (said.level >= 50) reject(new Error(said.msg))
        },
      },
    )
    openPage(config, page, log).then((part) => {
      createOps(config, { ...ops, port: 0 }, log, [part])({
        task$: NEVER,
        step$: NEVER,
        resultDelivery$: NEVER,
        delivery$: NEVER,
        connection$: of({ state: 'up', sessionPresent: false }),
        stop$: NEVER,
        end$,
        outbox: () => ({ waiting: 0, bytes: 0, inflight: 0, dropped: 0 }),
        journal: undefined,
        runtime: { name: 'none', usage: () => undefined },
      })
        .pipe(finalize(closed))
        .subscribe({ error: reject })
    }, reject)
  })
  let count = 0
  return {
    run: async (input) => {
      // Event streams continue until the client disconnects.
      const status = await exchange(port, input, SILENCE_MS, 'destroy')
      count += 1
      if (count % GOOD_EVERY === 0) {
        const good = await exchange(port, utf8(GOOD), OVER_MS)
        if (good !== '200') throw new Error(`a good request is answered with ${good}`)
      }
      return status === '200' ? 'accepted' : status
    },
    close: async () => {
      end$.next()
      await whenClosed
    },
  }
}

/** What a client may send to the HTTP server for operators, with the page and its token. */
export const operators: Target = {
  name: 'operators',
  share: 10,
  maxBytes: 50_000,
  words: [...HTTP_WORDS, '/ui/events', '/ui/task?key=', '/metrics', TOKEN, 'application/json', '{"task":'],
  seeds: () => SEEDS.map(utf8),
  make: (random) =>
    random.once(2)
      ? utf8(get(`${random.pick(PATHS)}${random.once(2) ? '' : `&x=${random.small(1000)}`}`))
      : madeRequest(random, PATHS, random.once(4) ? '' : 'Host: localhost\r\n'),
  open: openOperators,
}
