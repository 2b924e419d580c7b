import { IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { NEVER, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createHealth } from '../../../src/io/ops/health.js'
import type { Connection } from '../../../src/model/connection.js'
import type { Run, Stage, Step } from '../../../src/model/step.js'
import type { Delivery, OutboxStats } from '../../../src/model/delivery.js'

const run: Run = { id: 't', kind: 'task', name: 'add', image: undefined, invocation: undefined }
const step = (stage: Stage): Step => ({
  run,
  before: undefined,
  stage,
  at: 0,
  phases: [],
  isResultDue: false,
})
const beat: Delivery = {
  publication: { subtopic: 'control/proplet/alive', payload: {}, keep: 'latest' },
  at: 'replaced',
}

const NO_RECORDS = {
  commands: 0,
  results: 0,
  resultBytes: 0,
  bytes: 0,
  liveBytes: 0,
  failures: 0,
  refused: 0,
  unkept: 0,
  damagedBytes: 0,
  damagedFiles: 0,
}

const setUp = () => {
  let now = 0
  let obstacle: string | undefined
  let outbox: OutboxStats = { waiting: 0, bytes: 0, inflight: 0, dropped: 0 }
  const { routes, watch } = createHealth({ heartbeatMs: 1000, now: () => now })
  const step$ = new Subject<Step>()
  const connection$ = new Subject<Connection>()
  const delivery$ = new Subject<Delivery>()
  const stop$ = new Subject<void>()
  watch({
    task$: NEVER,
    step$,
    resultDelivery$: NEVER,
    delivery$,
    connection$,
    stop$,
    end$: NEVER,
    outbox: () => outbox,
    journal: () => ({ ...NO_RECORDS, obstacle }),
    runtime: { name: 'fake' },
  }).subscribe()
  const get = (path: string): string => {
    let status = 0
    let body = ''
    const response = {
      writeHead: (code: number) => (status = code),
      end: (text: string) => (body = text),
    } as unknown as ServerResponse
    routes
      .find((route) => route.path === path)
      ?.handle(new IncomingMessage(new Socket()), response, new URL('http://localhost'))
    return `${status} ${body.trim()}`
  }
  const obstruct = (why: string | undefined) => (obstacle = why)
  const narrow = (narrowed: OutboxStats['narrowed']) =>
    (outbox = { ...outbox, ...(narrowed && { narrowed }) })
  return { step$, connection$, delivery$, stop$, get, obstruct, narrow, at: (ms: number) => (now = ms) }
}

describe('health', () => {
  it('counts what runs', () => {
    const { step$, get } = setUp()
    expect(get('/health')).toBe('200 {"status":"ok","running_tasks":0}')
    step$.next(step('queued'))
    step$.next(step('preparing'))
    step$.next(step('running'))
    expect(get('/health')).toBe('200 {"status":"ok","running_tasks":1}')
    step$.next(step('over'))
    expect(get('/health')).toBe('200 {"status":"ok","running_tasks":0}')
  })

  it('is ready while it is connected and no shutdown has begun', () => {
    const { connection$, stop$, get, obstruct } = setUp()
    expect(get('/readyz')).toContain('503 {"status":"unavailable","checks":{"broker":"not yet connected"')
    connection$.next({ state: 'up', sessionPresent: false })
    expect(get('/readyz')).toBe(
      '200 {"status":"ok","checks":{"broker":"ok","pipeline":"ok","journal":"ok","stopping":"ok"}}',
    )
    connection$.next({ state: 'up', sessionPresent: false, lowered: { asked: 2, used: 1 } })
    expect(get('/readyz')).toBe(
      '200 {"status":"ok","checks":{"broker":"ok","pipeline":"ok","journal":"ok","stopping":"ok"},"notes":["the broker accepts QoS 1 instead of 2: results are published with QoS 1"]}',
    )
    connection$.next({ state: 'up', sessionPresent: false, maximumPacketBytes: 300 })
    expect(get('/readyz')).toContain(
      '200 {"status":"ok","checks":{"broker":"ok","pipeline":"ok","journal":"ok","stopping":"ok"},"notes":["the broker takes packets of at most 300 bytes: larger ones are not published"]}',
    )
    connection$.next({ state: 'down', reason: 'closed by the broker' })
    expect(get('/readyz')).toContain('503 {"status":"unavailable","checks":{"broker":"down: closed by the')
    expect(get('/livez')).toBe('200 {"status":"ok","checks":{"pipeline":"ok"}}')
    connection$.next({ state: 'up', sessionPresent: true })
    obstruct('the journal cannot be written: no space')
    expect(get('/readyz')).toContain('503 ')
    expect(get('/readyz')).toContain('"journal":"the journal cannot be written: no space"')
    obstruct(undefined)
    expect(get('/readyz')).toContain('200 ')
    stop$.next()
    expect(get('/readyz')).toContain('"stopping":"the proplet is shutting down"')
    expect(get('/livez')).toContain('200 ')
  })

  it('notes that the broker has room for fewer publications in flight, as long as it is so (issue 14.3)', () => {
    const { connection$, get, narrow } = setUp()
    connection$.next({ state: 'up', sessionPresent: true })
    narrow({ asked: 20, used: 5 })
    expect(get('/readyz')).toContain(
      '"notes":["the broker has closed connections for lack of room: at most 5 publications are in flight instead of 20"]',
    )
  })

  it('is alive while the pipeline publishes heartbeats, even if they are not delivered', () => {
    const { connection$, delivery$, get, at } = setUp()
    connection$.next({ state: 'up', sessionPresent: false })
    at(8000)
    expect(get('/livez')).toContain('200 ')
    at(8001)
    expect(get('/livez')).toBe('503 {"status":"unavailable","checks":{"pipeline":"no heartbeat for 8 s"}}')
    expect(get('/readyz')).toContain('503 ')
    delivery$.next(beat)
    expect(get('/livez')).toContain('200 ')
    at(100_000)
    connection$.next({ state: 'down', reason: 'away' })
    expect(get('/livez')).toContain('200 ')
  })
})
