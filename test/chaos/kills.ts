import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { daemonEnv, startDaemon, type Daemon } from '../../src/dev/daemon.js'
import { coreFixture } from '../support/fixtures.js'
import { freePort } from '../support/free-port.js'
import { Random } from '../support/random.js'
import { createBooks, type Reckoning } from './books.js'
import { startChaosBroker } from './brokers.js'
import { createLedger } from './ledger.js'
import { startLink } from './link.js'
import { connectObserver, connectPublisher } from './publisher.js'

export type KillOptions = {
  readonly victim: 'proplet' | 'broker'
  readonly kills: number
  /** Tasks per second. */
  readonly rate: number
  readonly seed: number
  /** Milliseconds without kills after each kill; by default 0. */
  readonly pauseMs?: number
  /** Ends early after this time, in milliseconds. */
  readonly maxMs?: number
  /** Called after each kill. */
  readonly onKill?: (progress: Progress) => void
}

/** Of tasks: how many were sent, answered, and may still be answered. */
export type Progress = {
  readonly kills: number
  readonly tasks: number
  readonly answered: number
  readonly open: number
}

export type KillOutcome = Reckoning & {
  readonly kills: number
  /** Tasks that have run, and those that have run more than once, according to their file. */
  readonly marked: number
  readonly runTwice: readonly string[]
  /** Tasks that were lost, duplicated or run twice although the broker lost nothing that would explain it. */
  readonly unexplained: readonly string[]
  /** What the proplet still had at the end, according to its metrics. */
  readonly leftInJournal: number
  readonly leftInOutbox: number
  readonly seconds: number
}

export const MAX_TASKS = 2
/** Below the 1,000 that may be queued, so that none is refused. */
const MAX_OPEN = 600
const TICK_MS = 20
/** A kill happens at a random time within this many milliseconds. */
const WITHIN_MS = 1000
/** Longer than the maximum delay before the proplet reconnects, 30 s. */
const SILENCE_MS = 60_000
const LINK_MS = 120_000

const MARK = { name: '_start', file: coreFixture('mark').toString('base64') }

const envOf = (port: number, ops: number, directory: string): Record<string, string> => ({
  ...daemonEnv(port, 'kills-proplet'),
  PROPLET_RESULT_HOLD_MS: '0',
  PROPLET_METRICS_INTERVAL: '0',
  PROPLET_ENABLE_MONITORING: 'false',
  PROPLET_METRICS_ENABLED: 'true',
  PROPLET_METRICS_PORT: String(ops),
  PROPLET_MAX_TASKS: String(MAX_TASKS),
  PROPLET_WARM: '1',
  TMPDIR: directory,
  PROPLET_CACHE_DIR: join(directory, 'cache'),
  PROPLET_STATE_DIR: join(directory, 'state'),
  PROPLET_DIRS: join(directory, 'marks'),
})

/** How often each task has run, as recorded by the guests themselves, so that no kill affects it. */
const readMarks = async (directory: string): Promise<ReadonlyMap<string, number>> => {
  const marks = new Map<string, number>()
  for (const name of await readdir(directory)) marks.set(name, (await readFile(join(directory, name))).length)
  return marks
}

const gaugeOf = (metrics: string, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec(metrics)?.[1] ?? Number.NaN)

/** What the proplet still holds: nothing, or what is left after a while. */
const leftOf = async (port: number): Promise<{ leftInJournal: number; leftInOutbox: number }> => {
  const read = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return {
      leftInJournal:
        gaugeOf(metrics, 'proplet_journal_commands') + gaugeOf(metrics, 'proplet_journal_results'),
      leftInOutbox: gaugeOf(metrics, 'proplet_outbox_messages') + gaugeOf(metrics, 'proplet_outbox_inflight'),
    }
  }
  for (let tries = 0; tries < 20; tries++) {
    const left = await read()
    if (left.leftInJournal + left.leftInOutbox === 0) return left
    await delay(100)
  }
  return read()
}

/** Sends at this rate until stopped; pauses while `isPaused`. */
const startSending = (rate: number, isPaused: () => boolean, send: (n: number) => void) => {
  let sent = 0
  let due = 0
  const timer = setInterval(() => {
    due = Math.min(due + (rate * TICK_MS) / 1000, rate)
    for (; due >= 1 && !isPaused(); due--) send(sent++)
  }, TICK_MS)
  return () => clearInterval(timer)
}

/** Kills the proplet or its broker repeatedly under a steady load, and counts the outcomes of the tasks. */
export const runKills = async ({
  victim,
  kills,
  rate,
  seed,
  pauseMs = 0,
  maxMs = Infinity,
  onKill = () => undefined,
}: KillOptions): Promise<KillOutcome> => {
  const startedAt = performance.now()
  const directory = await mkdtemp(join(tmpdir(), 'proplet-kills-'))
  await mkdir(join(directory, 'marks'))
  const broker = await startChaosBroker('mosquitto')
  const books = createBooks()
  const ledger = createLedger()
  const link = await startLink(broker.port, (direction, packet) => {
    ledger.see(direction, packet)
    return 'pass'
  })
  const ids: string[] = []
  const observer = await connectObserver(broker.port, (body) => {
    ledger.answered(body)
    books.answered(body)
  })
  const publisher = await connectPublisher(broker.port)
  const ops = await freePort()
  const random = new Random(seed, rate, kills)
  const launch = (): Daemon => startDaemon(envOf(link.port, ops, directory), [], { stderr: 'pipe' })
  const linked = (of: Daemon, from = 0) => of.logged('Connected to the broker', from, LINK_MS)
  let daemon = launch()
  await linked(daemon)
  let isBrokerDown = false
  const stopSending = startSending(
    rate,
    () => isBrokerDown || books.open >= MAX_OPEN,
    (n) => {
      const id = `k${rate}-${n}`
      ids.push(id)
      books.sent(id)
      publisher.start({ id, ...MARK, inputs: [id] })
    },
  )
  let killed = 0
  const kill = async () => {
    if (victim === 'broker') {
      books.killed()
      const from = daemon.lines().length
      isBrokerDown = true
      await broker.kill()
      await broker.start(true)
      await linked(daemon, from)
      isBrokerDown = false
      return
    }
    daemon.process.kill('SIGKILL')
    await daemon.exited
    daemon = launch()
    await linked(daemon)
  }
  try {
    for (; killed < kills && performance.now() - startedAt < maxMs; killed++) {
      const after = books.answers + 1
      await books.until(() => books.answers >= after, SILENCE_MS)
      await delay(pauseMs + random.below(WITHIN_MS))
      await kill()
      onKill({ kills: killed + 1, tasks: ids.length, answered: books.answers, open: books.open })
    }
    stopSending()
    await books.until(() => books.open === 0, SILENCE_MS)
    const left = await leftOf(ops)
    const marks = await readMarks(join(directory, 'marks'))
    return {
      ...books.reckoning(),
      ...left,
      kills: killed,
      marked: marks.size,
      runTwice: [...marks].flatMap(([id, times]) => (times > 1 ? [id] : [])),
      unexplained: ledger.account(ids, marks).unexplained,
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    stopSending()
    await daemon.stop()
    await Promise.all([publisher.close(), observer.close()])
    await link.close()
    await broker.close()
    await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
