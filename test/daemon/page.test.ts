import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DetailMessage, Row, Update } from '../../src/model/view.js'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { inline, type Wire } from '../support/wire.js'

const { broker, wire: connectWire, proplet } = useDaemons('all')

const TOKEN = 'a-token-of-24-characters'

let port: number
let wire: Wire
let daemon: ReturnType<typeof proplet>

beforeAll(async () => {
  const mqtt = await broker('embedded')
  port = await freePort()
  wire = await connectWire(mqtt)
  daemon = proplet(mqtt, {
    PROPLET_METRICS_ENABLED: 'true',
    PROPLET_METRICS_PORT: String(port),
    PROPLET_UI_ACTIONS: 'true',
    PROPLET_UI_TOKEN: TOKEN,
    PROPLET_UI_HOSTS: 'ops.example.org',
  })
  await Promise.all([wire.beats(1), daemon.logged('HTTP server for operators is listening')])
})

const at = (path: string) => `http://127.0.0.1:${port}${path}`

/** Reads server-sent events until `until` returns true. */
const follow = async <T>(path: string, until: (message: T) => boolean): Promise<readonly T[]> => {
  const response = await fetch(at(path))
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const messages: T[] = []
  let text = ''
  const decoder = new TextDecoder()
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events)
      if (event.startsWith('data: ')) messages.push(JSON.parse(event.slice('data: '.length)) as T)
    const last = messages.at(-1)
    if (last !== undefined && messages.some(until)) break
  }
  return messages
}

const rowOf = async (id: string, isWanted: (row: Row) => boolean = () => true): Promise<Row> => {
  const found = ({ rows }: Update) => rows.find((row) => row.id === id && isWanted(row))
  const updates = await follow<Update>('/ui/events', (update) => found(update) !== undefined)
  const row = updates.map(found).findLast((each) => each !== undefined)
  if (row === undefined) throw new Error(`no row of ${id}`)
  return row
}

const stop = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(at('/ui/stop'), {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Sends a request exactly as written, because fetch does not allow a custom Host, and returns the response. */
const raw = async (...lines: readonly string[]): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  socket.end(`${lines.join('\r\n')}\r\n\r\n`)
  let text = ''
  socket.setEncoding('utf8').on('data', (data: string) => (text += data))
  await once(socket, 'close')
  return text
}

describe('the files of the page', () => {
  it('have a strict policy and an ETag, and are not sent again to a client that has them', async () => {
    const first = await fetch(at('/'))
    const html = await first.text()
    expect(first.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';")
    expect(first.headers.get('x-content-type-options')).toBe('nosniff')
    expect(html).not.toMatch(/https?:|style=|<script>|onclick/)
    const etag = first.headers.get('etag') ?? ''
    const again = await fetch(at('/'), { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toStrictEqual([304, ''])
    const linked = [...html.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(linked).toContain('/ui/main.js')
    for (const path of linked) expect((await fetch(at(path))).status).toBe(200)
    expect((await fetch(at('/'), { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(at('/ui/../../package.json'))).status).toBe(404)
  })

  it('are refused under a foreign host name, as after DNS rebinding', async () => {
    expect(await raw('GET / HTTP/1.1', 'Host: evil.example.com', 'Connection: close')).toMatch(
      /^HTTP\/1.1 421 /,
    )
    expect(await raw('GET / HTTP/1.1', `Host: localhost:${port}`, 'Connection: close')).toMatch(
      /^HTTP\/1.1 200 /,
    )
  })
})

describe('the events of the page', () => {
  it('report tasks with their phases, and the connection', async () => {
    await wire.run({ id: 'added', ...inline('add', 'add'), inputs: [10, 20] })
    const row = await rowOf('added', ({ spans }) => spans.publish !== undefined)
    const ms: unknown = expect.any(Number)
    expect(row).toMatchObject({
      kind: 'task',
      name: 'add',
      phase: 'completed',
      result: '30',
      spans: { queue: ms, start: ms, run: ms, publish: ms },
    })
    const [snapshot] = await follow<Update>('/ui/events', () => true)
    expect(snapshot).toMatchObject({
      type: 'snapshot',
      link: { state: 'up' },
      facts: { propletId: daemon.id },
    })
  })

  it('include samples of the host and the proplet', async () => {
    const updates = await follow<Update>('/ui/events', ({ points }) => points.length > 0)
    const bytes: unknown = expect.any(Number)
    expect(updates.at(-1)?.points.at(-1)).toMatchObject({ memory: bytes, hostMemoryTotal: bytes, running: 0 })
  })

  it('include the output of a task, whatever it writes', async () => {
    await wire.run({ id: 'garbled', ...inline('speak', 'garbage') })
    const { key } = await rowOf('garbled')
    const messages = await follow<DetailMessage>(`/ui/task?key=${key}`, ({ isLast }) => isLast)
    const output = Buffer.concat(
      messages.flatMap(({ pieces }) => pieces.map(({ data }) => Buffer.from(data, 'base64'))),
    )
    expect([...output]).toStrictEqual([0x61, 0xff, 0xc3, 0x62])
    const none = await follow<DetailMessage>('/ui/task?key=nonsense', ({ isLast }) => isLast)
    expect(none).toStrictEqual([{ skipped: 0, pieces: [], isLast: true }])
  })

  it('are refused to pages of other origins, and beyond the maximum number of pages', async () => {
    const foreign = await fetch(at('/ui/events'), { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(foreign.status).toBe(403)
    const open = new AbortController()
    const many = await Promise.all(
      Array.from({ length: 18 }, () => fetch(at('/ui/events'), { signal: open.signal })),
    )
    expect(many.filter(({ status }) => status === 200)).toHaveLength(16)
    expect(many.filter(({ status }) => status === 503)).toHaveLength(2)
    open.abort()
    await expect
      .poll(
        async () =>
          await fetch(at('/ui/events'), { method: 'GET' }).then(async (response) => {
            await response.body?.cancel()
            return response.status
          }),
      )
      .toBe(200)
  })
})

describe('a stop from the page', () => {
  it('works like any stop: the Manager gets the usual result', async () => {
    await wire.start({ id: 'spinning', ...inline('hostile', 'spin') })
    const { key } = await rowOf('spinning', ({ phase }) => phase === 'running')
    const wrong = await stop({ task: key }, { authorization: 'Bearer wrong-wrong-wrong-wrong' })
    expect([wrong.status, await wrong.json()]).toStrictEqual([401, { error: 'wrong token' }])
    expect((await stop({ task: key }, { authorization: '' })).status).toBe(401)
    expect((await stop({ task: key }, { origin: 'http://evil.example.com' })).status).toBe(403)
    expect((await stop({ task: key }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await stop({ task: key }, { 'content-type': 'text/plain' })).status).toBe(415)
    for (const body of [{}, null, { task: 'spinning' }, [key]]) expect((await stop(body)).status).toBe(400)
    expect((await stop({ task: key + 1000 })).status).toBe(409)
    expect(wire.resultsOf('spinning')).toHaveLength(0)

    const taken = await stop({ task: key }, { origin: `http://127.0.0.1:${port}` })
    expect(taken.status).toBe(202)
    expect(await wire.result('spinning')).toMatchObject({ error: 'task stopped', results: '' })
    expect((await stop({ task: key })).status).toBe(409)
  })

  it('never shows its token', () => {
    expect(daemon.log() + daemon.stderr()).not.toContain(TOKEN)
  })
})

it('offers no stop if that is disabled', async () => {
  const mqtt = await broker('embedded')
  const other = await freePort()
  const quiet = proplet(mqtt, { PROPLET_METRICS_ENABLED: 'true', PROPLET_METRICS_PORT: String(other) })
  await quiet.logged('HTTP server for operators is listening')
  const response = await fetch(`http://127.0.0.1:${other}/ui/stop`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' },
    body: '{"task":1}',
  })
  expect([response.status, await response.json()]).toStrictEqual([
    403,
    { error: 'stopping tasks is disabled; PROPLET_UI_ACTIONS=true enables it' },
  ])
})
