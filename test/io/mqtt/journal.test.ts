import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { openJournal, type Journal } from '../../../src/io/journal/index.js'
import type { Publication } from '../../../src/model/publication.js'
import { start, text } from '../../support/model.js'
import { next, useMqtt } from '../../support/mqtt-tests.js'

const START = 'control/manager/start'
const RESULTS = 'control/proplet/results'
const PUBREC = 0x50
const PUBREL = 0x62
const PUBCOMP = 0x70
const PUBACK = 0x40

const { cleanup, mosquitto, proxy, open, peer } = useMqtt()

const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'proplet-link-'))
  cleanup(() => rmSync(path, { recursive: true, force: true }))
  return path
}
const journalIn = async (path: string): Promise<Journal> => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const journal = await openJournal({ directory: path, identity: ['proplet-1'], maxBytes: 1024 * 1024, log })
  cleanup(() => journal.end())
  return journal
}
/** Opens a copy of the journal as a process leaves it that is killed after this turn of the event loop. */
const nextAfter = async (path: string): Promise<Journal> => {
  await setImmediate()
  const copy = directory()
  cpSync(path, copy, { recursive: true })
  return journalIn(copy)
}
const resultOf = (journal: Journal, n: number): Publication => {
  const sequence = journal.record(start(`t${n}`), { subtopic: START, payload: Buffer.from('') })
  return journal.recordResult({
    id: `t${n}`,
    receivedAt: 0,
    ...(sequence === undefined ? {} : { sequence }),
    publication: { subtopic: RESULTS, payload: { n }, keep: 'all' },
  })
}
const numbers = (texts: readonly string[]) => texts.map((each) => Number(/"n":(\d+)/.exec(each)?.[1]))

describe.each([1, 2] as const)('commands of QoS %i', (qos) => {
  it('are acknowledged once the journal has them, and recognised by the next process', async () => {
    const { port } = await mosquitto()
    const acknowledgement = qos === 2 ? PUBREC : PUBACK
    let isHeld = true
    const held: number[] = []
    const between = await proxy(port, (data) => {
      if (data[0] !== acknowledgement || !isHeld) return true
      held.push(data.readUInt16BE(2))
      return false
    })
    const path = directory()
    const journal = await journalIn(path)
    const first = open(between.port, { qos, journal })
    // as in the pipeline
    first.link.messages$.subscribe((message) => journal.record(start(text(message.payload)), message))
    await first.up()
    const manager = await peer(port, [])
    await manager.publish(START, { n: 1 })
    await first.received(1)
    await expect.poll(() => held.length).toBe(1)
    expect(journal.packets.map(({ id }) => id)).toEqual(held)
    // It was killed before its acknowledgement reached the broker, which sends the message again.
    between.setOpen(false)
    between.cut()
    first.close()
    isHeld = false
    between.setOpen(true)
    await manager.publish(START, { n: 2 })
    const second = open(between.port, { qos, journal: await nextAfter(path) })
    expect(numbers(await second.received(1))).toEqual([2])
    await second.up()
    expect(second.connections.at(-1)).toMatchObject({ sessionPresent: true })
  })

  it('that nobody accepts are not acknowledged: the next process gets them', async () => {
    const { port } = await mosquitto()
    const first = open(port, { qos })
    await first.up()
    const manager = await peer(port, [])
    first.close()
    await manager.publish(START, { n: 1 })
    const second = open(port, { qos })
    expect(numbers(await second.received(1))).toEqual([1])
  })
})

it('acknowledges nothing before it is on disk, and handles other messages in the meantime', async () => {
  const { port } = await mosquitto()
  let safe: () => void = () => undefined
  const isSafe = new Promise<void>((resolve) => (safe = resolve))
  const acknowledged: number[] = []
  const between = await proxy(port, (data) => {
    for (let at = 0; at + 4 <= data.length; at++)
      if (data[at] === PUBREC && data[at + 1] === 2) acknowledged.push(data.readUInt16BE(at + 2))
    return true
  })
  const journal = await journalIn(directory())
  const { up, received } = open(between.port, {
    journal: {
      packets: [],
      forget: (id) => journal.forget(id),
      loseSession: () => journal.loseSession(),
      flight: (record) => journal.flight(record),
      sent: (record, id) => journal.sent(record, id),
      released: (record) => journal.released(record),
      durable: () => isSafe,
      flush: () => undefined,
    },
  })
  await up()
  const manager = await peer(port, [])
  for (let n = 0; n < 10; n++) await manager.publish(START, { n })
  expect(numbers(await received(10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(acknowledged).toEqual([])
  safe()
  await expect.poll(() => acknowledged.length).toBe(10)
})

describe('results', () => {
  it.each([
    { at: 'PUBREC', from: 'broker', byte: PUBREC },
    { at: 'PUBREL', from: 'us', byte: PUBREL },
    { at: 'PUBCOMP', from: 'broker', byte: PUBCOMP },
  ])('that are in flight arrive once, killed at $at', async ({ from: side, byte }) => {
    const { port } = await mosquitto()
    let isHolding = true
    let reached: () => void = () => undefined
    const atThatPoint = new Promise<void>((resolve) => (reached = resolve))
    const hold = (data: Buffer) => {
      if (!isHolding || data[0] !== byte) return false
      reached()
      return true
    }
    const between = await proxy(
      port,
      (data) => side !== 'us' || !hold(data),
      (data) => (side === 'broker' && hold(data) ? Buffer.alloc(0) : data),
    )
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 2)
    const path = directory()
    const journal = await journalIn(path)
    const first = open(between.port, { journal })
    await first.up()
    first.link.send(from([resultOf(journal, 1)])).subscribe()
    await atThatPoint
    between.setOpen(false)
    between.cut()
    first.close()
    isHolding = false
    between.setOpen(true)

    const later = await nextAfter(path)
    expect(later.results).toHaveLength(1)
    const second = open(between.port, { journal: later })
    const delivered: string[] = []
    second.link.send(from(later.results)).subscribe(({ at }) => delivered.push(at))
    await expect.poll(() => delivered).toContain('acknowledged')
    expect(await second.deliver({ subtopic: RESULTS, payload: { n: 2 }, keep: 'all' })).toMatchObject({
      at: 'acknowledged',
    })
    expect(numbers(await got)).toEqual([1, 2])
  })

  it('that wait for a broker arrive once, in order, after a kill', async () => {
    const { port } = await mosquitto()
    const path = directory()
    const journal = await journalIn(path)
    for (let n = 0; n < 30; n++) resultOf(journal, n)
    // as at the end of a turn of the event loop
    journal.flush()
    const later = await nextAfter(path)
    const manager = await peer(port, [RESULTS])
    const got = next(manager, 30)
    const { link } = open(port, { journal: later })
    link.send(from(later.results)).subscribe(({ at, publication: { sequence: record } }) => {
      if (at === 'acknowledged') later.settle(record ?? -1)
    })
    expect(numbers(await got)).toEqual(Array.from({ length: 30 }, (_, n) => n))
    await expect.poll(() => later.stats.results).toBe(0)
  })

  it('that were released before the broker lost the session are published again, even by the next process', async () => {
    const first = await mosquitto()
    let isHolding = true
    let reached: () => void = () => undefined
    const atRelease = new Promise<void>((resolve) => (reached = resolve))
    const between = await proxy(first.port, (data) => {
      if (!isHolding || data[0] !== PUBREL) return true
      reached()
      return false
    })
    const path = directory()
    const journal = await journalIn(path)
    const link = open(between.port, { journal })
    await link.up()
    link.link.send(from([resultOf(journal, 1)])).subscribe()
    await atRelease
    between.setOpen(false)
    between.cut()
    link.close()
    await first.kill()
    isHolding = false
    const second = await mosquitto()
    const manager = await peer(second.port, [RESULTS])
    const got = next(manager, 1)
    between.setTarget(second.port)
    between.setOpen(true)
    const later = await nextAfter(path)
    open(between.port, { journal: later }).link.send(from(later.results)).subscribe()
    expect(numbers(await got)).toEqual([1])
  })
})
