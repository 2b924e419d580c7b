// @ts-check
// Measures the proplet beside wasmtime (WASMTIME=path) and another proplet (PROPLET_PEER=path), all in one run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { daemonEnv } from '../dist/dev/daemon.js'
import { connectClient } from './support/client.mjs'
import { freePort } from './support/free-port.mjs'
import { mqttEcho } from './support/floors.mjs'
import { closedLoop } from './support/load.mjs'
import { connectManager } from './support/manager.mjs'
import { ADD, ADD_RESULT, fixture } from './support/modules.mjs'
import { listening, output, PEER, startBroker, startProgram, WASMTIME, wrk } from './support/peers.mjs'
import { childrenOf, guestsMemory, memoryOf } from './support/processes.mjs'
import { ms, quantile, summary } from './support/stats.mjs'

export const title = 'Beside native runtimes'

const MAIN = fileURLToPath(new URL('../dist/main.cjs', import.meta.url))
const EXEC = fileURLToPath(new URL('../dist/exec.cjs', import.meta.url))
const COMPONENTS = new URL('../test/fixtures/built/components/', import.meta.url)
const HTTP_FILE = fileURLToPath(new URL('http-plain.wasm', COMPONENTS))
const HELLO_FILE = fileURLToPath(new URL('hello.wasm', COMPONENTS))

/** Long enough for V8 to optimise the code that serves requests, even on a busy machine. */
const HTTP_WARM_SECONDS = 6
const HTTP_SECONDS = 4
const HTTP_ROUNDS = 2
const CONNECTIONS = [1, 16, 100]
const TASKS = 2000
const EXTERNAL_TASKS = 100
const IN_FLIGHT = [10, 100]
const WARM_UP = 300
/** After this many tasks V8 has optimised the daemon; a native program needs none. */
const STEADY_AFTER = 5000
const LATENCY_COUNT = 500
const BOOTS = 7
const CALLS = 9
/** V8 gives memory back eight seconds after a burst, and guests beyond the first end after ten. */
const IDLE_MS = 15_000
const MIB = 1024 * 1024

/** @typedef {import('./support/stats.mjs').Row} Row */
/** @typedef {import('./support/manager.mjs').Manager} Manager */
/** @typedef {{name: string, command: readonly string[]}} Kind */

/** @type {Kind} */
const OURS = { name: 'ours', command: [process.execPath, MAIN] }
const KINDS = [OURS, ...(PEER === undefined ? [] : [{ name: 'the other proplet', command: [PEER] }])]

const HELLO = { name: '_start', file: fixture('components/hello').toString('base64') }

/**
 * A broker and a Manager for `use`, which starts proplets; all of them end with it.
 * @template T
 * @param {(site: {port: number, manager: Manager, proplet: (kind: Kind, env?: Record<string, string>) => Promise<{pid: number, close: () => Promise<void>, aliveMs: number}>}) => Promise<T>} use
 */
const withSite = async (use) => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-peers-'))
  const broker = await startBroker()
  const manager = await connectManager(broker.port)
  /** @type {Set<() => Promise<void>>} */
  const open = new Set()
  try {
    return await use({
      port: broker.port,
      manager,
      proplet: async ({ command: [command = '', ...args] }, env = {}) => {
        const alive = manager.alive()
        const startedAt = performance.now()
        const { child, close } = startProgram(command, args, {
          env: {
            PATH: process.env['PATH'],
            ...daemonEnv(broker.port, 'peers-proplet'),
            // Where the compiled form of its own code is kept.
            HOME: directory,
            PROPLET_CACHE_DIR: directory,
            PROPLET_STATE_DIR: join(directory, 'state'),
            PROPLET_RESULT_HOLD_MS: '0',
            ...env,
          },
        })
        open.add(close)
        await alive
        const end = async () => {
          open.delete(close)
          await close()
        }
        return { pid: child.pid ?? 0, aliveMs: performance.now() - startedAt, close: end }
      },
    })
  } finally {
    for (const close of open) await close()
    await manager.close()
    await broker.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const ratio = (/** @type {number} */ a, /** @type {number} */ b) => `${(a / b).toFixed(2)} ×`

/** Isolation modes for HTTP components. A thread cannot be handed a connection, so the daemon passes its requests on. */
const SERVED = [
  { name: 'process', isolation: 'process' },
  { name: 'sandbox', isolation: 'sandbox' },
  { name: 'by the daemon (thread)', isolation: 'thread' },
]

/** A proplet that serves the C component. @param {string} isolation @param {(port: number) => Promise<void>} use */
const serving = (isolation, use) =>
  withSite(async ({ manager, proplet }) => {
    await proplet(OURS, {
      PROPLET_HTTP_ENABLED: 'true',
      PROPLET_HTTP_PROXY_PORT: String(await freePort()),
      PROPLET_ISOLATION: isolation,
    })
    const id = manager.nextId()
    const started = manager.result(id)
    const file = fixture('components/http-plain').toString('base64')
    manager.publish('control/manager/start', { id, name: 'serve', file })
    await use(Number(/^started at port (\d+)$/.exec(String((await started).results))?.[1]))
  })

/** Requests per second, in turns, so that other load on the machine affects all alike. @returns {Promise<Row[]>} */
const http = async () => {
  const theirs = await freePort()
  // In a session of its own, like each of our children: the scheduler shares a busy machine between sessions.
  const serve =
    WASMTIME === undefined
      ? undefined
      : startProgram(WASMTIME, ['serve', '-Scli', '--addr', `127.0.0.1:${theirs}`, HTTP_FILE], {
          detached: true,
        })
  if (serve !== undefined) await listening(theirs)
  /** @type {Row[]} */
  const rows = []
  const measure = async (/** @type {Map<string, number>} */ ports) => {
    for (const connections of CONNECTIONS) {
      const rates = new Map([...ports.keys()].map((name) => [name, 0]))
      for (const port of ports.values()) await wrk(port, connections, HTTP_WARM_SECONDS)
      for (let round = 0; round < HTTP_ROUNDS; round++)
        for (const [name, port] of ports)
          rates.set(name, (rates.get(name) ?? 0) + (await wrk(port, connections, HTTP_SECONDS)) / HTTP_ROUNDS)
      const other = rates.get('wasmtime serve')
      for (const { name } of SERVED) {
        const rate = rates.get(name) ?? NaN
        rows.push({
          what: `HTTP, the C component, ${name}, ${connections} connection${connections === 1 ? '' : 's'}: requests a second`,
          median: rate.toFixed(0),
          ...(name !== 'by the daemon (thread)' && { target: '≥ wasmtime serve' }),
          ...(other !== undefined && {
            ...(name !== 'by the daemon (thread)' && { met: rate >= other }),
            floor: `wasmtime serve ${other.toFixed(0)}: ${ratio(rate, other)}`,
          }),
        })
      }
    }
  }
  const servers = SERVED.reduceRight(
    (next, { name, isolation }) =>
      (/** @type {Map<string, number>} */ ports) =>
        serving(isolation, (port) => next(new Map([...ports, [name, port]]))),
    measure,
  )
  try {
    await servers(new Map(serve === undefined ? [] : [['wasmtime serve', theirs]]))
  } finally {
    await serve?.close()
  }
  return rows
}

const monitored = (/** @type {boolean} */ on) => ({ PROPLET_ENABLE_MONITORING: String(on) })
const onOff = (/** @type {boolean} */ on) => `monitoring ${on ? 'on' : 'off'}`
/** @param {readonly (readonly [string, string])[]} texts */
const beside = (texts) => texts.map(([name, text]) => `${name} ${text}`).join('; ')

/** @returns {Promise<Row[]>} */
const throughput = async () => {
  const rows = []
  for (const on of [true, false]) {
    const target = on ? 1200 : 1500
    for (const { atOnce, after } of [
      { atOnce: 10, after: WARM_UP },
      ...IN_FLIGHT.map((each) => ({ atOnce: each, after: STEADY_AFTER })),
    ]) {
      /** @type {[string, number][]} */
      const rates = []
      for (const kind of KINDS)
        await withSite(async ({ manager, proplet }) => {
          await proplet(kind, monitored(on))
          await closedLoop(manager, { atOnce: 10, count: after })
          const { times, seconds } = await closedLoop(manager, { atOnce, count: TASKS })
          rates.push([kind.name, times.length / seconds])
        })
      const [[, ours] = ['', NaN], ...others] = rates
      rows.push({
        what: `${TASKS} \`add\` inline, ${atOnce} in flight, ${onOff(on)}, after ${after}: tasks a second`,
        median: ours.toFixed(0),
        ...(after === STEADY_AFTER && { target: `≥ ${target}`, met: ours >= target }),
        floor: beside(others.map(([name, rate]) => [name, `${rate.toFixed(0)}: ${ratio(ours, rate)}`])),
      })
    }
  }
  return rows
}

/** @returns {Promise<Row[]>} */
const external = () =>
  withSite(async ({ manager, proplet }) => {
    if (WASMTIME === undefined) return []
    await proplet(OURS, { PROPLET_EXTERNAL_WASM_RUNTIME: WASMTIME })
    const command = { ...ADD, cli_args: ['--invoke', 'add'] }
    const times = []
    for (let i = 0; i < EXTERNAL_TASKS; i++) times.push(await manager.time(command, '30\n'))
    return [
      {
        what: '`add` by wasmtime as the external runtime, start to result',
        median: ms(quantile(times, 0.5)),
        p99: ms(quantile(times, 0.99)),
      },
    ]
  })

/** @param {Manager} manager @param {object} command @param {string} expected */
const latency = async (manager, command, expected) => {
  const times = []
  for (let i = 0; i < LATENCY_COUNT; i++) times.push(await manager.time(command, expected))
  return quantile(times, 0.5)
}

/** @returns {Promise<Row[]>} */
const latencies = async () => {
  /** @type {Row[]} */
  const rows = []
  for (const on of [true, false]) {
    /** @type {[string, number, number][]} */
    const found = []
    let echo = NaN
    for (const kind of KINDS)
      await withSite(async ({ port, manager, proplet }) => {
        await proplet(kind, monitored(on))
        await closedLoop(manager, { atOnce: 1, count: STEADY_AFTER })
        const helloText = await textOf(manager)
        const add = await latency(manager, ADD, ADD_RESULT)
        for (let i = 0; i < WARM_UP; i++) await manager.time(HELLO, helloText)
        found.push([kind.name, add, await latency(manager, HELLO, helloText)])
        if (kind === OURS) echo = (await mqttEcho(port, { count: STEADY_AFTER, bytes: 150 })).median
      })
    const [ours, ...others] = found
    const [, add = NaN, hello = NaN] = ours ?? []
    rows.push(
      {
        what: `\`add\`, start to result at the Manager, ${onOff(on)}`,
        median: ms(add),
        target: '≤ 2 × the bare QoS 2 echo',
        met: add <= 2 * echo,
        floor: beside([
          ['echo', `${ms(echo)}: ${ratio(add, echo)}`],
          ...others.map(([name, time]) => /** @type {const} */ ([name, ms(time)])),
        ]),
      },
      {
        what: `P2 hello, the same, ${onOff(on)}`,
        median: ms(hello),
        target: '≤ 5 ms',
        met: hello <= 5,
        floor: beside(others.map(([name, , time]) => [name, ms(time)])),
      },
    )
  }
  return rows
}

/** The text that the component prints. @param {Manager} manager */
const textOf = async (manager) => {
  const id = manager.nextId()
  const answer = manager.result(id)
  manager.publish('control/manager/start', { id, ...HELLO })
  const { results, error } = await answer
  if (error !== null) throw new Error(error)
  return String(results)
}

/** @returns {Promise<Row>} */
const start = () =>
  withSite(async ({ proplet }) => {
    /** @type {[string, number][]} */
    const found = []
    for (const kind of KINDS) {
      const times = []
      for (let i = 0; i < BOOTS; i++) {
        const { aliveMs, close } = await proplet(kind)
        times.push(aliveMs)
        await close()
      }
      found.push([kind.name, quantile(times, 0.5)])
    }
    const [ours, ...others] = found
    return {
      what: 'start of the process to the first heartbeat',
      median: ms(ours?.[1] ?? NaN),
      target: '≤ 180 ms',
      met: (ours?.[1] ?? NaN) <= 180,
      floor: beside(others.map(([name, time]) => [name, ms(time)])),
    }
  })

const mib = (/** @type {number} */ bytes) => `${(bytes / MIB).toFixed(1)} MiB`

/** @param {number} pid @returns {number} proportional set size of it and of its children */
const pssOf = (pid) => memoryOf(pid).pss + guestsMemory(pid).reduce((sum, { pss }) => sum + pss, 0)

/** Uses a copy of the Node.js executable, so that no other process shares its pages. @returns {Promise<Row[]>} */
const memory = async () => {
  const node = join(tmpdir(), `proplet-peers-node-${process.pid}`)
  await copyFile(process.execPath, node)
  try {
    /** @type {[string, number, number, number][]} */
    const found = []
    for (const kind of [{ name: 'ours', command: [node, MAIN] }, ...KINDS.slice(1)])
      await withSite(async ({ manager, proplet }) => {
        const { pid } = await proplet(kind)
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
        const idle = pssOf(pid)
        await closedLoop(manager, { atOnce: 10, count: TASKS })
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
        found.push([kind.name, idle, pssOf(pid), childrenOf(pid).length])
      })
    const [[, idle, after, children] = ['', NaN, NaN, 0], ...others] = found
    return [
      {
        what: `idle for ${IDLE_MS / 1000} s, all processes, PSS`,
        median: mib(idle),
        target: '≤ 45 MiB',
        met: idle <= 45 * MIB,
        floor: beside(others.map(([name, bytes]) => [name, mib(bytes)])),
      },
      {
        what: `${IDLE_MS / 1000} s after ${TASKS} \`add\`, all processes, PSS`,
        median: mib(after),
        target: '≤ 70 MiB',
        met: after <= 70 * MIB,
        floor: beside([
          ['children', String(children)],
          ...others.map(([name, , bytes]) => /** @type {const} */ ([name, mib(bytes)])),
        ]),
      },
    ]
  } finally {
    await rm(node, { force: true })
  }
}

/** From the start of `proplet submit` to its command at a subscriber. @returns {Promise<Row>} */
const submit = () =>
  withSite(async ({ port }) => {
    const client = await connectClient(port)
    await client.subscribeAsync('m/demo-domain/c/demo-channel/control/manager/start', { qos: 2 })
    const times = []
    for (let i = 0; i < CALLS; i++) {
      const received = once(client, 'message')
      const startedAt = performance.now()
      const child = spawn(
        process.execPath,
        [MAIN, 'submit', fileURLToPath(new URL('../add.wasm', COMPONENTS)), 'add', '1', '2'],
        {
          env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...daemonEnv(port, 'peers-submit') },
          stdio: 'ignore',
        },
      )
      const closed = once(child, 'close')
      await received
      times.push(performance.now() - startedAt)
      child.kill('SIGKILL')
      await closed
    }
    await client.endAsync(true)
    const median = quantile(times, 0.5)
    return {
      what: '`proplet submit` of a file, start to the published command',
      median: ms(median),
      target: '≤ 120 ms',
      met: median <= 120,
    }
  })

/** @returns {Promise<Row>} */
const exec = async () => {
  // By its path, as users start it, with the Node.js of this process.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }
  const timed = async (/** @type {string} */ command, /** @type {string[]} */ args) => {
    const startedAt = performance.now()
    await output(command, args, env)
    return performance.now() - startedAt
  }
  const ours = []
  const theirs = []
  for (let i = 0; i < CALLS; i++) {
    ours.push(await timed(EXEC, [HELLO_FILE]))
    if (WASMTIME !== undefined) theirs.push(await timed(WASMTIME, ['run', '-C', 'cache=n', HELLO_FILE]))
  }
  const own = summary(ours).median
  const other = theirs.length === 0 ? NaN : summary(theirs).median
  return {
    what: '`proplet-exec` of the P2 hello',
    median: ms(own),
    target: '≤ 1.5 × wasmtime run',
    ...(theirs.length > 0 && {
      met: own <= 1.5 * other,
      floor: `wasmtime run, no cache ${ms(other)}: ${ratio(own, other)}`,
    }),
  }
}

export const run = async () => ({
  rows: [
    ...(await http()),
    ...(await throughput()),
    ...(await latencies()),
    ...(await external()),
    await start(),
    await submit(),
    await exec(),
    ...(await memory()),
  ],
  notes: [
    `With \`WASMTIME\` (${WASMTIME === undefined ? 'not given' : (await output(WASMTIME, ['--version'])).trim()}) and another proplet (${PEER === undefined ? 'not given' : 'given'}); the column beside it has their figures of the same run, and ours in relation to them. HTTP is driven by wrk with one thread for ${HTTP_SECONDS} s, in turns, ${HTTP_ROUNDS} times each. Client, broker and runtimes share the processors.`,
    'Where an HTTP request of ours goes, on a busy machine, in µs of processor time: 9 in the component (33 before its instances were put back to where they began, of which about 10 went into garbage that older garbage kept), 27 in Node.js and the handed connection with one write for a response (the guest flushes, which makes two: 38 to 59), against 13 of a bare server of node:http in its own process.',
    `Tasks are measured after ${WARM_UP} of a process, while V8 still compiles, and after ${STEADY_AFTER}; so are times from start to result, and the echo by the median of as many. On Node.js 26 the first 2,000 are about 1.3 times as fast as on 20, later ones the same.`,
    'Where a task goes in the daemon, by one profile with 10 in flight and monitoring on, on a busy machine, so that time in which it waited for a processor is part of the shares: 12 % collecting garbage, 2 % in the writes of the journal, 16 % in writes to sockets and pipes, each of which wakes a process, 5 % in writes of the log and 5 % in its lines, 3 % in `fdatasync`, 18 % in RxJS, 8 % in MQTT.js and what is around it, 18 % in our own stages, journal, codecs and runtime. No function has more than 2 % of its own. A bare MQTT.js echo takes 0.06 ms of processor time a message, all streams of the pipeline without their ports 0.06 ms a task.',
    'Where the start goes: besides what a bare `node -e 0` takes, 0.9 MB of code in five files, which V8 takes from a cache where there is a home directory (all runs but the first), and modules of Node.js itself, which are loaded when they are first used. Guests are started after the first heartbeat.',
    `Where the memory goes: a bare \`node -e "setInterval(() => {}, 1e9)"\` has 34.0 MiB (Node.js 20) or 38.2 MiB (26), of which 29 and 30 MiB are pages of its executable; two of them, which share those pages, have 39.2 and 46.4 MiB. So the idle daemon and its one guest come to at least that. What ours have more on Node.js 20, in MiB, from the second start on: 4.8 of the executable (its own modules, 2.9; WebAssembly, 1.0; V8, 0.5), 5.4 of V8's heap in the daemon (0.9 is the text of our code) and 0.9 of it in the guest, and 1.2 and 0.3 from malloc. The first run, which compiles the code, has 2 to 3 more. With tasks come 3 of V8's optimising compiler.`,
  ],
})
