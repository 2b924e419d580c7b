import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { directory, site } = useDaemons()

const add = { ...inline('add', 'add'), inputs: [10, 20] }

describe('slots', () => {
  it('are limited: one task runs, one waits and can be stopped, a third is refused; a daemon takes none', async () => {
    const shared = directory()
    const { wire, proplet } = await site('embedded', {
      PROPLET_MAX_TASKS: '1',
      PROPLET_QUEUE_MAX: '1',
      PROPLET_DIRS: shared,
    })
    const wait = (n: number) => ({ id: `wait ${n}`, ...inline('await-file', 'wait'), inputs: [n] })
    const finish = (n: number) => writeFileSync(join(shared, String(n)), '')
    await wire.start(wait(1))
    await wire.start(wait(2))
    expect(await wire.run(wait(3))).toMatchObject({
      results: '',
      error: 'task refused: 2 tasks are running or waiting already',
    })
    await wire.run({ id: 'daemon', ...inline('ticker', '_start'), daemon: true })
    await proplet.logged('tick')
    await wire.stop('wait 2')
    expect(await wire.result('wait 2')).toMatchObject({ results: '', error: 'task stopped' })
    await wire.start(wait(4))
    expect(wire.resultsOf('wait 1')).toStrictEqual([])
    finish(1)
    expect(await wire.result('wait 1')).toMatchObject({ results: '1', error: null })
    finish(4)
    expect(await wire.result('wait 4')).toMatchObject({ results: '4', error: null })
    const started = () => proplet.lines().filter(({ msg }) => msg === 'Task started')
    await vi.waitFor(() => expect(started()).toHaveLength(3), 10_000)
  })
})

describe('the hold of results', () => {
  it('delays a result, but no other task, and then frees the ID', async () => {
    const resultHoldMs = 500
    const { wire } = await site('embedded', {
      PROPLET_MAX_TASKS: '1',
      PROPLET_RESULT_HOLD_MS: String(resultHoldMs),
    })
    const sentAt = performance.now()
    await Promise.all([wire.start({ id: 'first', ...add }), wire.start({ id: 'second', ...add })])
    await wire.result('first')
    await wire.result('second')
    const [first = 0, second = 0] = ['first', 'second'].map((id) => wire.resultsOf(id)[0]?.at)
    // the other side has a clock of whole milliseconds
    expect(first - sentAt).toBeGreaterThan(resultHoldMs - 2)
    expect(second - first).toBeLessThan(resultHoldMs)
    expect(await wire.run({ id: 'first', ...add, inputs: [1, 2] })).toMatchObject({ results: '3' })
  })
})

describe('metrics', () => {
  it('arrive on their topic, in the wire format', async () => {
    const { wire, proplet } = await site('embedded', { PROPLET_METRICS_INTERVAL: '200ms' })
    const [, { body } = { body: {} }] = await wire.until(() => {
      const metrics = wire.on('control/proplet/metrics')
      return metrics.length > 1 && metrics
    })
    const number = expect.any(Number) as number
    expect(body).toMatchObject({
      proplet_id: proplet.id,
      namespace: 'default',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      cpu_metrics: { user_seconds: number, system_seconds: number, percent: number },
      memory_metrics: {
        rss_bytes: number,
        heap_alloc_bytes: number,
        heap_sys_bytes: number,
        heap_inuse_bytes: number,
      },
    })
  })

  it('are not published without monitoring', async () => {
    const { wire } = await site('embedded', {
      PROPLET_METRICS_INTERVAL: '50ms',
      PROPLET_ENABLE_MONITORING: 'false',
      PROPLET_LIVELINESS_INTERVAL: '200ms',
    })
    await wire.beats(4)
    expect(wire.on('control/proplet/metrics')).toStrictEqual([])
  })
})

describe('PROPLET_ISOLATION=thread', () => {
  it('runs the same tasks in threads', async () => {
    const { wire, proplet } = await site('embedded', { PROPLET_ISOLATION: 'thread' })
    expect(await wire.run({ id: 'add', ...add })).toMatchObject({ results: '30', error: null })
    expect(
      await wire.run({ id: 'args', ...inline('args-env', '_start'), inputs: ['a'], env: { A: 'b' } }),
    ).toMatchObject({
      results: `arg 0: _start\narg 1: a\nenv: A=b\nenv: PROPLET_ID=${proplet.id}\n`,
      error: null,
    })
    expect(await wire.run({ id: 'trap', ...inline('hostile', 'trap') })).toMatchObject({
      error: expect.stringContaining('unreachable') as string,
    })
    expect(await wire.run({ id: 'exit', ...inline('exit', '_start'), inputs: [3] })).toMatchObject({
      results: 'to stdout\n',
      error: expect.stringContaining('status 3') as string,
    })
    const before = proplet.lines().length
    await wire.start({ id: 'spin', ...inline('hostile', 'spin') })
    await proplet.logged('Task started', before)
    await wire.stop('spin')
    expect(await wire.result('spin')).toMatchObject({ error: 'task stopped' })
    await wire.run({ id: 'daemon', ...inline('ticker', '_start'), daemon: true })
    expect(await wire.run({ id: 'add', ...add })).toMatchObject({ results: '30', error: null })
    expect(await proplet.stop()).toBe(0)
    expect(await wire.result('daemon', 2)).toMatchObject({
      error: expect.stringContaining('shutdown') as string,
    })
    expect(proplet.stderr()).toBe('')
  })
})

describe('the limits of a task', () => {
  it('each end it with a specific error', async () => {
    const { wire } = await site('embedded', {
      PROPLET_TASK_TIMEOUT: '300ms',
      PROPLET_TASK_OUTPUT_MAX: '10000',
      PROPLET_TASK_MEMORY_MAX: '16MiB',
    })
    expect(await wire.run({ id: 'time', ...inline('hostile', 'spin') })).toMatchObject({
      error: expect.stringMatching(/^time limit of 300ms exceeded/) as string,
    })
    expect(await wire.run({ id: 'output', ...inline('flood', '_start') })).toMatchObject({
      results: expect.stringMatching(/^x+$/) as string,
      error: expect.stringMatching(/^output limit/) as string,
    })
    expect(await wire.run({ id: 'memory', ...inline('hostile', 'grow_memory') })).toMatchObject({
      error: expect.stringContaining('memory limit') as string,
    })
    expect(await wire.run({ id: 'tables', ...inline('huge-tables', 'answer') })).toMatchObject({
      error: expect.any(String) as string,
    })
    expect(await wire.run({ id: 'add', ...add })).toMatchObject({ results: '30' })
  })
})
