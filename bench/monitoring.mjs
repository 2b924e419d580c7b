// @ts-check
import { fixture } from './support/modules.mjs'
import { processorMs } from './support/processes.mjs'
import { withWorld } from './support/world.mjs'

const TASKS = 50
const SECONDS = 40
/** Percent of a core. */
const MAX_PERCENT = 1
/** The requested interval, and the samples per second that result. */
const INTERVALS = [
  { title: 'at the default interval, 10 s', profile: undefined, isTarget: true },
  { title: 'at an interval of 1 s', profile: { interval: 1 }, isTarget: false },
]

/** 5 ms and 134 ms in nanoseconds, as encoded in the binary (LEB128). */
const SHORT = Buffer.from([0xc0, 0x96, 0xb1, 0x02])
const LONG = Buffer.from([0xff, 0xff, 0xff, 0x3f])

/** Waits for a file that never appears, polling less often than the original, so that it uses little processor time. */
const sleeper = () => {
  const wasm = Buffer.from(fixture('await-file'))
  const at = wasm.indexOf(SHORT)
  if (at === -1) throw new Error('the fixture sleeps for another time')
  LONG.copy(wasm, at)
  return { name: 'wait', file: wasm.toString('base64'), inputs: [1] }
}

export const title = 'Monitoring of tasks'

/**
 * Processor time of the daemon while tasks run, in percent of a core.
 * @param {boolean} monitored
 * @param {object | undefined} profile
 */
const load = (monitored, profile) =>
  withWorld(async ({ manager, daemon }) => {
    let running = 0
    /** @type {() => void} */
    let allRun = () => undefined
    const isRunning = new Promise((resolve) => (allRun = () => resolve(undefined)))
    const { pid } = await daemon({
      env: {
        PROPLET_LOG_LEVEL: 'debug',
        PROPLET_MAX_TASKS: String(TASKS),
        PROPLET_TASK_TIMEOUT: '0',
        PROPLET_METRICS_INTERVAL: '0',
        PROPLET_SHUTDOWN_TIMEOUT: '1',
        PROPLET_ENABLE_MONITORING: String(monitored),
      },
      onLine: (line) => {
        if (line.includes('"Task started"') && ++running === TASKS) allRun()
      },
    })
    for (let i = 0; i < TASKS; i++)
      manager.publish('control/manager/start', {
        id: manager.nextId(),
        ...sleeper(),
        monitoring_profile: profile ?? null,
      })
    await isRunning
    const before = processorMs(pid)
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000))
    return ((processorMs(pid) - before) / (SECONDS * 1000)) * 100
  })

const percent = (/** @type {number} */ value) => `${value.toFixed(2)} %`

export const run = async () => {
  const without = await load(false, undefined)
  const rows = []
  for (const { title, profile, isTarget } of INTERVALS) {
    const cost = (await load(true, profile)) - without
    rows.push({
      what: `${TASKS} running tasks, ${title}: processor time of the daemon that monitoring adds`,
      median: percent(cost),
      ...(isTarget ? { target: `< ${MAX_PERCENT} %`, met: cost < MAX_PERCENT } : {}),
      floor: `${percent(without)} without`,
    })
  }
  return {
    rows,
    notes: [
      `Of one core, over ${SECONDS} s of tasks that sleep, sampling and publishing with QoS 2 together. What the daemon takes without monitoring is mostly its look at the size of each child every 50 ms.`,
    ],
  }
}
