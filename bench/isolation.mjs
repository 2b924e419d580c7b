// @ts-check
import { lastValueFrom, NEVER } from 'rxjs'
import { createEmbeddedRuntime } from '../dist/runtime/embedded/embedded.js'
import { findSandbox } from '../dist/host/sandbox/sandbox.js'
import { childrenOf, memoryOf } from './support/processes.mjs'
import { fixture } from './support/modules.mjs'
import { mb, summary, timesRow } from './support/stats.mjs'

const BOOTS = 10
const TASKS = 500
const WARM_UP = 200
/** Idle guests during the measurement of memory. */
const GUESTS = 4

export const title = 'Kinds of isolation'

const silent = () => {}
const log = { debug: silent, info: silent, warn: silent, error: silent }
const bytes = fixture('add')
const ADD = {
  id: 'add',
  name: 'add',
  inputs: ['10', '20'],
  cliArgs: [],
  env: {},
  daemon: false,
  binary: { digest: 'sha256:add', size: bytes.length, content: { bytes } },
}

const sandbox = () => {
  const found = findSandbox()
  if (found._tag === 'Left') throw new Error(found.left)
  return found.right
}

/** @param {import('../dist/runtime/embedded/embedded.js').EmbeddedOptions['isolation']} isolation @param {number} warm */
const open = async (isolation, warm) => {
  const runtime = createEmbeddedRuntime({
    isolation,
    warm,
    maxIdle: warm,
    dirs: [],
    timeoutMs: 0,
    memoryMaxBytes: 64 * 1024 * 1024,
    outputMaxBytes: 1024,
    log,
  })
  await runtime.ready()
  return runtime
}

/** @param {() => Promise<unknown>} work */
const time = async (work) => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** From the start to the first result. @param {Parameters<typeof open>[0]} isolation */
const boots = async (isolation) => {
  const times = []
  for (let i = 0; i < BOOTS; i++) {
    const runtime = await open(isolation, 0)
    times.push(await time(() => lastValueFrom(runtime.run(ADD, NEVER))))
    await runtime.close()
  }
  return summary(times)
}

/** @param {Parameters<typeof open>[0]} isolation */
const warmTasks = async (isolation) => {
  const runtime = await open(isolation, 1)
  const task = () => lastValueFrom(runtime.run(ADD, NEVER))
  for (let i = 0; i < WARM_UP; i++) await task()
  const times = []
  for (let i = 0; i < TASKS; i++) times.push(await time(task))
  await runtime.close()
  return summary(times)
}

/** Private memory of one idle guest, including its wrapper processes. @param {Parameters<typeof open>[0]} isolation */
const memoryOfGuest = async (isolation) => {
  const before = new Set(childrenOf(process.pid))
  const own = memoryOf(process.pid).own
  const runtime = await open(isolation, GUESTS)
  const outer = childrenOf(process.pid).filter((pid) => !before.has(pid))
  const all = [...outer, ...outer.flatMap(childrenOf)]
  const inChildren = all.reduce((sum, pid) => sum + memoryOf(pid).own, 0)
  // The memory of this process counts only for threads, which live in it.
  const bytes = all.length > 0 ? inChildren : memoryOf(process.pid).own - own
  await runtime.close()
  return bytes / GUESTS
}

export const run = async () => {
  const rows = []
  for (const [name, isolation] of /** @type {const} */ ([
    ['process', 'process'],
    ['sandbox', sandbox()],
    ['thread', 'thread'],
  ])) {
    rows.push(timesRow(`${name}: start of a guest to the result of its first task`, await boots(isolation)))
    rows.push(timesRow(`${name}: a task in a warm guest`, await warmTasks(isolation)))
    rows.push({
      what: `${name}: memory of an idle guest of its own`,
      median: mb(await memoryOfGuest(isolation)),
    })
  }
  return {
    rows,
    notes: [
      'The runtime alone, without a daemon: `add` by `createEmbeddedRuntime`. Of a sandbox, bubblewrap included.',
    ],
  }
}
