import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gone, childrenOf, useDaemons, type BrokerKind } from '../support/daemon.js'
import { startTcpProxy } from '../support/tcp-proxy.js'
import { fixture, inline, type Wire } from '../support/wire.js'

const { cleanup, directory, broker, mosquitto, wire, proxy, proplet } = useDaemons()

/** A proxy that holds back what `isHeld` selects of the data that the proplet sends. */
const heldProxy = async (port: number, isHeld: (data: Buffer) => boolean) => {
  const started = await startTcpProxy(port, (data) => !isHeld(data))
  cleanup(() => started.close())
  return started
}

type Started = ReturnType<typeof proplet>

const INTERRUPTED = 'interrupted by a restart of the proplet'
const PUBREC = 0x50
const RESTART = { metadata: { restart: 'always' } }

const add = (id: string) => ({ id, ...inline('add', 'add'), inputs: [10, 20] })
/** A task that ends when the test creates a file named `n`. */
const waiting = (id: string, n: number) => ({ id, ...inline('await-file', 'wait'), inputs: [n] })
const errorsOf = (seen: Wire, id: string) => seen.resultsOf(id).map(({ body }) => body['error'])

/** A broker, the Manager's view of the channel, and successive proplets with the same identity. */
const scene = async (env: Record<string, string> = {}, kind: BrokerKind = 'mosquitto') => {
  const between = await proxy(await broker(kind))
  const seen = await wire(between.port)
  const files = directory()
  let last: Started | undefined
  const start = async (more: Record<string, string> = {}, port = between.port): Promise<Started> => {
    const before = seen.alive().length
    const given = { PROPLET_DIRS: files, PROPLET_MAX_TASKS: '8', ...env, ...more }
    last = proplet(port, given, last && { id: last.id, state: last.state })
    await seen.until(() => seen.alive().length > before)
    return last
  }
  const kill = async (): Promise<void> => {
    last?.process.kill('SIGKILL')
    await last?.exited
  }
  const finish = (n: number): void => writeFileSync(join(files, String(n)), '')
  return { seen, files, between, start, kill, finish }
}

describe('after kill -9 and a restart', () => {
  it('everything accepted is answered once: running tasks, daemons and invocations; waiting and fetching tasks run (issue 14.3)', async () => {
    const { seen, start, kill, finish } = await scene({ PROPLET_MAX_TASKS: '3' })
    const first = await start()
    await seen.start({ ...waiting('latent', 1), inputs: [], latent: true })
    await first.logged('Latent task precompiled')
    await seen.invoke({ id: 'latent', invocation_id: 'one', inputs: [1] })
    await seen.start(waiting('running', 2))
    await seen.start({ ...waiting('again', 3), ...RESTART })
    await seen.start({ id: 'daemon', ...inline('ticker', '_start'), daemon: true })
    expect(await seen.result('daemon')).toMatchObject({ results: '', error: null })
    await seen.start(add('waiting for a slot'))
    await seen.start({ id: 'fetching', name: 'x', image_url: 'registry/none:1' })
    await first.logged('Requesting binary')
    await seen.start({ ...waiting('stopped', 4), ...RESTART })
    await seen.stop('stopped')
    expect(await seen.result('stopped')).toMatchObject({ error: 'task stopped' })
    const children = childrenOf(first.process.pid)
    await kill()
    await gone(children)

    const second = await start()
    expect(await seen.result('running')).toMatchObject({ results: '', error: INTERRUPTED })
    expect(await seen.result('waiting for a slot')).toMatchObject({ results: '30', error: null })
    await second.logged('Requesting binary')
    await seen.stop('fetching')
    expect(await seen.result('fetching')).toMatchObject({ error: 'task stopped' })
    expect(await seen.result('daemon', 2)).toMatchObject({ results: '', error: INTERRUPTED })
    expect(await seen.invoked('latent', 'one')).toMatchObject({ results: '', error: INTERRUPTED })
    await second.logged('Latent task precompiled')
    finish(3)
    expect(await seen.result('again')).toMatchObject({ results: '3', error: null })
    finish(1)
    await seen.invoke({ id: 'latent', invocation_id: 'two', inputs: [1] })
    expect(await seen.invoked('latent', 'two')).toMatchObject({ results: '1', error: null })
    await kill()

    const third = await start()
    await third.logged('Latent task precompiled')
    expect(await seen.run(add('after'))).toMatchObject({ results: '30' })
    const { length } = seen.on('control/proplet/results')
    expect(length).toBe(
      ['running', 'waiting', 'fetching', 'daemon', 'daemon', 'again', 'stopped', 'after'].length,
    )
    expect(seen.invokeResultsOf('latent')).toHaveLength(2)
    expect(
      third.stderr() +
        third
          .lines()
          .filter(({ level }) => level === 'error')
          .map(({ msg }) => msg)
          .join(),
    ).toBe('')
  })

  it('a held result is delivered once, and an earlier stop is honoured', async () => {
    const { seen, start, kill } = await scene()
    const first = await start({ PROPLET_RESULT_HOLD_MS: '60000' })
    await seen.start(add('held'))
    await seen.start({ id: 'stopped', ...inline('ticker', '_start'), ...RESTART })
    await first.logged('Task completed')
    await seen.stop('stopped')
    await first.logged('Task stopped')
    expect(seen.on('control/proplet/results')).toHaveLength(0)
    await kill()
    const second = await start()
    expect(second.log()).toContain('Recovered commands and results from the journal')
    expect(await seen.result('held')).toMatchObject({ results: '30', error: null })
    expect(await seen.result('stopped')).toMatchObject({ error: 'task stopped' })
    expect(await seen.run(add('after'))).toMatchObject({ results: '30' })
    expect(seen.on('control/proplet/results')).toHaveLength(3)
  })

  it('results that found no broker are delivered once', async () => {
    const { seen, between, start, kill, finish } = await scene()
    const first = await start()
    for (const n of [1, 2, 3]) await seen.start(waiting(`t${n}`, n))
    await expect.poll(() => first.log().match(/"Task accepted"/g)?.length).toBe(3)
    between.setOpen(false)
    between.cut()
    await first.logged('Lost the connection to the broker')
    for (const n of [1, 2, 3]) finish(n)
    await expect.poll(() => first.log().match(/"Task completed"/g)?.length).toBe(3)
    await kill()
    between.setOpen(true)
    const late = await wire(between.port)
    const given = { id: first.id, state: first.state }
    proplet(between.port, {}, given)
    for (const n of [1, 2, 3])
      expect(await late.result(`t${n}`)).toMatchObject({ results: String(n), error: null })
    expect(late.on('control/proplet/results')).toHaveLength(3)
  })

  it.each([1, 2])('a command of QoS %i that the broker sends again does not run again', async (qos) => {
    let isHolding = true
    const { port } = await mosquitto()
    const acknowledgement = qos === 2 ? PUBREC : 0x40
    const between = await heldProxy(port, (data) => isHolding && data[0] === acknowledgement)
    const seen = await wire(port)
    const env = { PROPLET_MQTT_QOS: String(qos) }
    const first = proplet(between.port, env)
    await seen.beats(1)
    expect(await seen.run(add('t'))).toMatchObject({ results: '30' })
    first.process.kill('SIGKILL')
    await first.exited
    isHolding = false
    const second = proplet(between.port, env, { id: first.id, state: first.state })
    expect(await seen.run(add('after'))).toMatchObject({ results: '30' })
    expect(
      second
        .lines()
        .filter(({ msg }) => msg === 'Task accepted')
        .map(({ task }) => task),
    ).toEqual(['after'])
    // With QoS 1, the broker too takes a repeated result for a new one.
    if (qos === 2) expect(seen.resultsOf('t')).toHaveLength(1)
  })

  it(
    'each of many tasks has exactly one result, however often and whenever it is killed',
    { timeout: 60_000 },
    async () => {
      const { seen, start, kill } = await scene()
      const tasks = 60
      let proplets = 1
      await start()
      // A seed determines each kill: after how many results, and how many turns of this event loop.
      let seed = 12345
      const random = (below: number): number => {
        seed = (seed * 1103515245 + 12345) % 2 ** 31
        return Math.floor((seed / 2 ** 31) * below)
      }
      const sent = (async () => {
        for (let i = 0; i < tasks; i++) await seen.start(add(`t${i}`))
      })()
      const answered = () =>
        new Set(seen.on('control/proplet/results').map(({ body }) => body['task_id'])).size
      for (let wanted = 1 + random(12); wanted < tasks; wanted += 5 + random(20)) {
        await seen.until(() => answered() >= wanted)
        for (let turns = random(40); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
        await kill()
        await start()
        proplets += 1
      }
      await sent
      await seen.until(() => answered() === tasks)
      expect(await seen.run(add('last'))).toMatchObject({ results: '30' })
      const results = seen.on('control/proplet/results').map(({ body }) => body)
      expect(results.map((body) => body['task_id']).sort()).toEqual(
        ['last', ...Array.from({ length: tasks }, (_, i) => `t${i}`)].sort(),
      )
      for (const { results: value, error } of results)
        expect([`30 null`, ` ${INTERRUPTED}`]).toContain(`${String(value)} ${String(error)}`)
      expect(proplets).toBeGreaterThan(3)
    },
  )

  it('a large inline binary runs again', async () => {
    const { seen, start, kill, finish } = await scene()
    const first = await start()
    const file = Buffer.concat([fixture('await-file'), customSection(1_500_000)]).toString('base64')
    await seen.start({ ...waiting('big', 1), file, ...RESTART })
    await first.logged('Task started')
    await kill()
    await start()
    finish(1)
    expect(await seen.result('big')).toMatchObject({ results: '1', error: null })
    expect(seen.resultsOf('big')).toHaveLength(1)
  })
})

/** A custom section of the given size. */
const customSection = (bytes: number): Buffer => {
  const size = bytes + 2
  const length = [0, 7, 14, 21].map((shift, i) => ((size >> shift) & 0x7f) | (i < 3 ? 0x80 : 0))
  return Buffer.concat([Buffer.from([0, ...length, 1, 0x70]), Buffer.alloc(bytes)])
}

it('a clean stop leaves lasting tasks to the next process: latent tasks, and daemons to run again', async () => {
  const { seen, start, finish } = await scene()
  const first = await start()
  await seen.start({ ...waiting('latent', 1), inputs: [], latent: true })
  await seen.start({ id: 'daemon', ...inline('ticker', '_start'), daemon: true, ...RESTART })
  await seen.result('daemon')
  await first.logged('Latent task precompiled')
  expect(await first.stop()).toBe(0)

  const second = await start()
  await second.logged('Latent task precompiled')
  finish(1)
  await seen.invoke({ id: 'latent', invocation_id: 'one', inputs: [1] })
  expect(await seen.invoked('latent', 'one')).toMatchObject({ results: '1', error: null })
  await seen.until(() => seen.resultsOf('daemon').length > 1)
  await seen.stop('daemon')
  await second.logged('Task stopped')
  await seen.stop('latent')
  await expect.poll(() => second.lines().filter(({ msg }) => msg === 'Task stopped')).toHaveLength(2)
  expect(await second.stop()).toBe(0)
  expect(errorsOf(seen, 'daemon')).toEqual([null, null])
  expect(seen.resultsOf('latent')).toHaveLength(0)

  const third = await start()
  expect(third.log()).not.toContain('Found what an earlier run left')
})

describe('a state directory', () => {
  it('that cannot be used ends the proplet if it was configured; else the proplet runs without it', async () => {
    const { seen, start } = await scene()
    const refused = proplet(1, { PROPLET_STATE_DIR: '/proc/none' })
    expect(await refused.exited).toMatchObject({ code: 1 })
    expect(refused.log()).toMatch(/the journal in \/proc\/none cannot be used: ENOENT/)
    const without = await start({ PROPLET_STATE_DIR: '', XDG_STATE_HOME: '/proc' })
    expect(without.log()).toContain(
      'Running without a journal: commands and results are lost when the process ends',
    )
    expect(await seen.run(add('t'))).toMatchObject({ results: '30' })
  })

  it('is for one proplet at a time', async () => {
    const { start } = await scene()
    const first = await start()
    const second = proplet(1, {}, { id: first.id, state: first.state })
    expect(await second.exited).toMatchObject({ code: 1 })
    expect(second.log()).toContain('another proplet uses it')
  })

  it('is not touched if the journal is disabled', async () => {
    const { seen, start, kill } = await scene({ PROPLET_STATE_DIR: 'none' })
    const first = await start()
    await seen.start({ id: 't', ...inline('ticker', '_start') })
    await first.logged('Task started')
    await kill()
    await start()
    expect(await seen.run(add('after'))).toMatchObject({ results: '30' })
    expect(seen.resultsOf('t')).toHaveLength(0)
  })
})
