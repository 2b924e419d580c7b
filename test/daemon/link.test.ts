import { describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { BROKERS, useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { broker, directory, mosquitto, proxy, wire, proplet } = useDaemons()

const add = inline('add', 'add')
const spin = inline('hostile', 'spin')
const TIMEOUT = { PROPLET_TASK_TIMEOUT: '500ms' }

describe.each(BROKERS)('with the %s broker', (kind) => {
  it('accepts commands sent while it was disconnected, and delivers results from that time', async () => {
    const port = await broker(kind)
    const between = await proxy(port)
    const seen = await wire(port)
    const daemon = proplet(between.port, TIMEOUT)
    await seen.beats(1)
    await seen.start({ id: 'ends meanwhile', ...spin })
    await daemon.logged('Task started')
    between.setOpen(false)
    between.cut()
    await daemon.logged('Task failed')
    await daemon.logged('Lost the connection to the broker')
    for (const n of [1, 2, 3]) await seen.start({ id: `sent meanwhile ${n}`, ...add, inputs: [n, n] })
    expect(seen.on('control/proplet/results')).toStrictEqual([])

    between.setOpen(true)
    expect(await seen.result('ends meanwhile')).toMatchObject({ error: 'time limit of 500ms exceeded' })
    for (const n of [1, 2, 3]) {
      expect(await seen.result(`sent meanwhile ${n}`)).toMatchObject({ results: String(2 * n), error: null })
    }
    const accepted = daemon.lines().filter(({ msg }) => msg === 'Task accepted')
    expect(accepted.map(({ task }) => task)).toStrictEqual([
      'ends meanwhile',
      'sent meanwhile 1',
      'sent meanwhile 2',
      'sent meanwhile 3',
    ])
    expect(seen.on('control/proplet/create')).toHaveLength(1)
    expect(seen.on('control/proplet/results')).toHaveLength(4)
  })
})

describe('a broker that is killed', () => {
  it('is found again, with the commands that it received before the proplet reconnected', async () => {
    const persistence = directory()
    const first = await mosquitto({ persistence })
    const between = await proxy(first.port)
    const before = await wire(first.port)
    const daemon = proplet(between.port, TIMEOUT)
    await before.beats(1)
    const saved = first.log().length
    await before.start({ id: 'ends meanwhile', ...spin })
    await daemon.logged('Task started')
    await expect.poll(() => first.log().slice(saved)).toContain('Saving in-memory database')
    between.setOpen(false)
    await first.kill()
    await daemon.logged('Task failed')

    const second = await mosquitto({ port: first.port, persistence })
    const after = await wire(second.port)
    await after.start({ id: 'sent meanwhile', ...add, inputs: [10, 20] })
    between.setOpen(true)
    expect(await after.result('sent meanwhile')).toMatchObject({ results: '30', error: null })
    expect(await after.result('ends meanwhile')).toMatchObject({ error: 'time limit of 500ms exceeded' })
    await after.beats(1)
    expect(after.on('control/proplet/create')).toStrictEqual([])
    expect(daemon.lines().filter(({ sessionPresent }) => sessionPresent === true)).toHaveLength(1)
    expect(await daemon.stop()).toBe(0)
  })

  it('may be absent at the start and at the end', async () => {
    const port = await freePort()
    const daemon = proplet(port)
    await daemon.logged('Not connected to the broker')
    const first = await mosquitto({ port })
    const seen = await wire(port)
    await seen.until(() => seen.messages.length > 1)
    expect(seen.messages.map(({ subtopic }) => subtopic)).toStrictEqual([
      'control/proplet/create',
      'control/proplet/alive',
    ])
    await first.kill()
    await daemon.logged('Lost the connection to the broker')
    expect(await daemon.stop()).toBe(0)
    expect(daemon.stderr()).toBe('')
  })
})

describe('a busy proplet', () => {
  it('stays connected while endless loops take all slots', async () => {
    const { port, log } = await mosquitto()
    const seen = await wire(port)
    const daemon = proplet(port, { PROPLET_MQTT_KEEP_ALIVE: '1', PROPLET_MAX_TASKS: '2' })
    await seen.beats(1)
    for (const id of ['spin 1', 'spin 2', 'waits']) await seen.start({ id, ...spin })
    await expect
      .poll(() => daemon.lines().filter(({ msg }) => msg === 'Task started').length, { timeout: 10_000 })
      .toBe(2)
    const pings = () => log().split(`Received PINGREQ from ${daemon.id}`).length - 1
    const before = pings()
    await expect.poll(pings, { timeout: 15_000 }).toBeGreaterThan(before + 2)
    for (const id of ['spin 1', 'waits', 'spin 2']) {
      await seen.stop(id)
      expect(await seen.result(id)).toMatchObject({ error: 'task stopped' })
    }
    expect(daemon.lines().filter(({ msg }) => msg === 'Connected to the broker')).toHaveLength(1)
    expect(seen.alive('offline')).toStrictEqual([])
  })
})
