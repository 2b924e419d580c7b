import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DEMO_PREFIX } from '../../src/dev/daemon.js'
import { parseObject } from '../../src/dev/json.js'
import { connectForever, connectPublisher } from '../chaos/publisher.js'
import { coreFixture } from '../support/fixtures.js'
import { startMosquitto } from '../support/mosquitto.js'
import type { MemberOptions, MemberReport } from './member-protocol.js'
import { createTally, type Tally } from './tally.js'

export type Members = {
  /** Resident bytes of all processes; undefined if unknown. */
  readonly resident: () => number | undefined
  readonly stop: () => Promise<void>
}

export type FleetOptions = {
  readonly proplets: number
  readonly processes: number
  /** The number of runs: one on each proplet per broadcast, one per other start. */
  readonly tasks: number
  readonly broadcasts: number
  /** How long the broker is away, in milliseconds. */
  readonly awayMs: number
  readonly guests: number
  readonly startMember: (options: MemberOptions, report: (message: MemberReport) => void) => Members
}

export type FleetOutcome = Tally & {
  /**
   * Times of connections, in milliseconds after the broker began to listen: the first ones, and those after the
   * restart.
   */
  readonly connects: readonly number[]
  readonly reconnects: readonly number[]
  /** Attempts to connect while the broker was away. */
  readonly refused: number
  /** Connections lost for other reasons than the restart. */
  readonly lostLinks: number
  readonly residentBefore: number | undefined
  readonly residentAfter: number | undefined
  readonly seconds: number
}

const ADD = { name: 'add', file: coreFixture('add').toString('base64'), inputs: [10, 20] }
const MAX_OPEN = 400
const TICK_MS = 20
const SILENCE_MS = 120_000

/** Waits until the condition holds; gives up if nothing has changed for long. */
const until = async (holds: () => boolean, progress: () => number): Promise<boolean> => {
  let [last, since] = [progress(), performance.now()]
  while (!holds()) {
    if (progress() !== last) [last, since] = [progress(), performance.now()]
    if (performance.now() - since > SILENCE_MS) return false
    await delay(TICK_MS)
  }
  return true
}

/** mosquitto saves its sessions on SIGTERM, as when its service is restarted. */
const startBroker = (directory: string, port?: number) =>
  startMosquitto({
    isQuiet: true,
    config: [
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${directory}/`,
      'max_queued_messages 0',
    ],
    ...(port === undefined ? {} : { port }),
  })

const connectManager = async (port: number, tally: ReturnType<typeof createTally>) => {
  const client = await connectForever(port, 'fleet-observer')
  client.on('message', (topic, payload) => {
    const body = parseObject(payload)
    if (body === undefined) return
    if (topic.endsWith('/alive')) tally.beat(body)
    else tally.answered(body)
  })
  await client.subscribeAsync(
    ['results', 'alive'].map((subtopic) => `${DEMO_PREFIX}/control/proplet/${subtopic}`),
    { qos: 2 },
  )
  const publisher = await connectPublisher(port)
  return {
    start: publisher.start,
    close: async () => {
      await publisher.close()
      await client.endAsync(true)
    },
  }
}

/** Starts a fleet on one broker, sends it tasks, restarts the broker in the middle, and counts. */
export const runFleet = async (options: FleetOptions): Promise<FleetOutcome> => {
  const { proplets, processes, tasks, broadcasts, awayMs, guests, startMember } = options
  const startedAt = performance.now()
  const directory = await mkdtemp(join(tmpdir(), 'proplet-fleet-'))
  const first = await startBroker(directory)
  const { port } = first
  const tally = createTally()
  const manager = await connectManager(port, tally)
  const ids = Array.from({ length: proplets }, (_, n) => `fleet-${n}`)
  const reports: MemberReport[] = []
  const members: Members[] = []
  const openedAt = Date.now()
  const resident = () =>
    members.map((member) => member.resident()).reduce((sum, each) => sum && each && sum + each)
  let second: Awaited<ReturnType<typeof startBroker>> | undefined
  const ups = (from: number) => reports.filter(({ type, at }) => type === 'up' && at >= from)
  try {
    for (let n = 0; n < processes; n++) {
      const own = ids.filter((_, i) => i % processes === n)
      const own$ = { ids: own, port, directory: join(directory, `member-${n}`), guests }
      members.push(startMember(own$, (message) => void reports.push(message)))
    }
    await until(
      () => reports.length >= proplets,
      () => reports.length,
    )
    await until(
      () => tally.report().beating === proplets,
      () => tally.report().beating,
    )
    const residentBefore = resident()
    const targeted = tasks - broadcasts * proplets
    const every = Math.max(1, Math.floor(targeted / Math.max(1, broadcasts)))
    const send = async (from: number, to: number) => {
      for (let n = from; n < to; n++) {
        await until(
          () => tally.open < MAX_OPEN,
          () => tally.open,
        )
        const id = ids[n % proplets] ?? ''
        tally.expect(`t${n}`, [id])
        manager.start({ id: `t${n}`, ...ADD, proplet_id: id })
        if (n % every !== every - 1) continue
        tally.expect(`b${n}`, ids)
        manager.start({ id: `b${n}`, ...ADD, broadcast: true })
      }
    }
    const middle = Math.floor(targeted / 2)
    await send(0, middle)
    const stoppedAt = Date.now()
    await first.stop()
    await delay(awayMs)
    second = await startBroker(directory, port)
    const backAt = Date.now()
    await send(middle, targeted)
    await until(
      () => tally.open === 0 && ups(backAt).length >= proplets,
      () => tally.open + reports.length,
    )
    const residentAfter = resident()
    const lost = reports.filter(({ type }) => type === 'lost')
    return {
      ...tally.report(),
      connects: ups(0)
        .filter(({ at }) => at < stoppedAt)
        .map(({ at }) => at - openedAt),
      reconnects: ups(backAt).map(({ at }) => at - backAt),
      refused: reports.filter(({ type, at }) => type === 'refused' && at >= stoppedAt).length,
      lostLinks: lost.length - lost.filter(({ at }) => at >= stoppedAt && at < backAt).length,
      residentBefore,
      residentAfter,
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    await Promise.all(members.map((member) => member.stop()))
    await manager.close()
    await (second ?? first).kill()
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
