import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { startCollector, type ReceivedSpan } from '../support/otlp-collector.js'
import { fixture, inline } from '../support/wire.js'

const { cleanup, mosquitto, proplet, proxy, registry, wire } = useDaemons()

const add = { ...inline('add', 'add'), inputs: [10, 20] }

/** The value of a series; undefined if there is none. */
const valueOf = (metrics: string, series: string): number | undefined => {
  const line = metrics.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe('a proplet that is watched', () => {
  it('reports to Prometheus, probes and a trace collector', async () => {
    const broker = await mosquitto()
    const collector = await startCollector()
    cleanup(() => collector.close())
    const seen = await wire(broker.port)
    await registry(broker.port, { images: new Map([['img', fixture('add')]]) })
    const port = await freePort()
    const between = await proxy(broker.port)
    const own = proplet(between.port, {
      PROPLET_METRICS_ENABLED: 'true',
      PROPLET_METRICS_PORT: String(port),
      PROPLET_OTEL_URL: collector.url,
    })
    const get = async (path: string) => {
      const response = await fetch(`http://localhost:${port}${path}`)
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        text: await response.text(),
      }
    }
    await own.logged('HTTP server for operators is listening')
    await seen.beats(1)

    await seen.run({ id: 'secret-1', ...add })
    await seen.run({ id: 'secret-2', ...inline('hostile', 'trap') })
    await seen.run({ id: 'secret-3', name: 'add', image_url: 'img', inputs: [1, 2] })
    const before = own.lines().length
    await seen.start({ id: 'secret-4', ...inline('hostile', 'spin') })
    await own.logged('Task started', before)
    const { status, type, text } = await get('/metrics')
    expect([status, type]).toStrictEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'ignore', 'inherit'] })
    const values = {
      proplet_tasks_started_total: 4,
      proplet_tasks_completed_total: 2,
      proplet_tasks_failed_total: 1,
      'proplet_task_failures_total{code="trap"}': 1,
      proplet_tasks_running: 1,
      proplet_tasks_queued: 0,
      proplet_cache_misses_total: 1,
      proplet_wasm_fetch_bytes_total: fixture('add').length,
      'proplet_task_phase_seconds_count{phase="fetch"}': 4,
      'proplet_task_phase_seconds_count{phase="queue"}': 4,
      'proplet_task_phase_seconds_count{phase="run"}': 3,
      'proplet_task_phase_seconds_count{phase="publish"}': 3,
      proplet_mqtt_connected: 1,
      proplet_mqtt_reconnects_total: 0,
      proplet_outbox_messages: 0,
      proplet_journal_results: 0,
      proplet_journal_refused_total: 0,
    }
    for (const [series, value] of Object.entries(values))
      expect([series, valueOf(text, series)]).toStrictEqual([series, value])
    for (const series of [
      'proplet_memory_rss_bytes',
      'process_start_time_seconds',
      'nodejs_heap_size_used_bytes',
    ])
      expect(valueOf(text, series)).toBeGreaterThan(0)
    expect(valueOf(text, 'proplet_event_loop_delay_seconds{stat="max"}')).toBeGreaterThanOrEqual(0)
    expect(text).not.toMatch(/secret|demo-key/)
    expect(await get('/health')).toMatchObject({ status: 200, text: '{"status":"ok","running_tasks":1}\n' })
    expect(await get('/livez')).toMatchObject({ status: 200 })
    expect(await get('/readyz')).toMatchObject({ status: 200 })

    await seen.stop('secret-4')
    await seen.result('secret-4')
    between.setOpen(false)
    between.cut()
    await expect.poll(async () => (await get('/readyz')).status).toBe(503)
    expect(await get('/livez')).toMatchObject({ status: 200 })
    between.setOpen(true)
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 5000 }).toBe(200)
    expect(valueOf((await get('/metrics')).text, 'proplet_mqtt_reconnects_total')).toBe(1)
    expect(await own.stop()).toBe(0)
    await expect(get('/health')).rejects.toThrow()
    checkTraces(collector.spans, own.id)
  })

  const checkTraces = (spans: readonly ReceivedSpan[], id: string) => {
    const rootOf = (task: string) =>
      spans.find((span) => span.name === 'start' && span.attributes['proplet.task.id'] === task)
    const childrenOf = (task: string) => spans.filter((span) => span.parentSpanId === rootOf(task)?.spanId)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(4)
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length)
    for (const span of spans) {
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
      expect(span.endMs).toBeGreaterThanOrEqual(span.startMs)
      expect(Math.abs(Date.now() - span.startMs)).toBeLessThan(60_000)
      expect(span.resource).toMatchObject({ 'service.name': 'proplet', 'service.instance.id': id })
    }
    const names = (task: string) => childrenOf(task).map(({ name }) => name)
    expect(names('secret-1')).toStrictEqual(['fetch', 'queue', 'prepare', 'compile', 'execute', 'publish'])
    expect(names('secret-3')).toContain('fetch')
    const fetched = childrenOf('secret-3').find(({ name }) => name === 'fetch')
    expect(fetched?.attributes).toMatchObject({
      'proplet.binary.from': 'registry',
      'proplet.fetch.requests': '1',
    })
    const root = rootOf('secret-2')
    expect(root).toMatchObject({ kind: 5, status: { code: 2, message: 'trap' } })
    for (const { traceId, startMs } of childrenOf('secret-2')) {
      expect(traceId).toBe(root?.traceId)
      expect(startMs).toBeGreaterThanOrEqual(root?.startMs ?? NaN)
    }
  }

  it('runs tasks even if its port is taken and its collector is away, and listens once the port is free', async () => {
    const broker = await mosquitto()
    const seen = await wire(broker.port)
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    cleanup(() => void other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const own = proplet(broker.port, {
      PROPLET_METRICS_ENABLED: 'true',
      PROPLET_METRICS_PORT: String(port),
      PROPLET_OTEL_URL: `http://me:hunter2@127.0.0.1:${await freePort()}/?key=hunter2`,
    })
    const line = await own.logged(`cannot listen on 127.0.0.1, port ${port}: the port is in use`)
    expect(line.level).toBe('error')
    await seen.beats(1)
    expect(await seen.run({ id: 'a', ...add })).toMatchObject({ results: '30', error: null })
    other.close()
    await own.logged('HTTP server for operators is listening')
    expect(await (await fetch(`http://127.0.0.1:${port}/health`)).json()).toStrictEqual({
      status: 'ok',
      running_tasks: 0,
    })
    expect(await own.stop()).toBe(0)
    expect(own.lines().filter(({ msg }) => msg.includes('Failed to send traces: '))).toHaveLength(1)
    expect(own.log()).not.toContain('hunter2')
    expect(own.stderr()).toBe('')
  })
})
