import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defer, finalize, ignoreElements, merge, takeWhile, tap, type Observable } from 'rxjs'
import { findJco } from '../../host/jco.js'
import { builtEntry } from '../../host/package-root.js'
import { WASM_PAGE_BYTES } from '@proplet/component/wasm/module-limits.js'
import type { BootMessage } from '../guest/channel/protocol.js'
import type { RunEvent, RunRequest, Runtime, StopReason } from '../../model/runtime.js'
import type { Preopen } from '../../model/preopen.js'
import type { StartGuest } from './guests/guest.js'
import type { HttpOptions } from '../../model/http-options.js'
import type { Log } from './guests/log.js'
import type { NetworkOptions } from '../../net/policy.js'
import { grantOf, HalHost } from '../hal/daemon/host.js'
import type { HalOptions } from '../hal/daemon/options.js'
import { Pool } from './guests/pool.js'
import { FILTER_FD, INFO_FD, startProcessGuest } from './guests/process-guest.js'
import { mountPoint, SANDBOXED_ENTRY } from '../../host/sandbox/mounts.js'
import { sandboxCommand, type Sandbox } from '../../host/sandbox/sandbox.js'
import { EmbeddedTask } from './embedded-task.js'
import { limitThreads, startThreadGuest } from './guests/thread-guest.js'
import { Watchdog } from './run/watchdog.js'
import { findWrapper } from './guests/wrapper.js'

export type EmbeddedOptions = {
  /** `thread` does not contain hostile code: it can exhaust the memory of the daemon's process. */
  readonly isolation: 'process' | 'thread' | Sandbox
  /** Idle guests kept ready; only one before the first task, and after 10 s without a task. */
  readonly warm: number
  /** Maximum number of idle guests; those beyond `warm` end after 3 s. */
  readonly maxIdle: number
  /** If set, no guest is started before `warmUp` or the first task. */
  readonly isLazy?: boolean
  /** Host directories that guests may use. */
  readonly dirs: readonly Preopen[]
  /** The directory of binaries passed by path; sandboxed children may read it. */
  readonly binariesDir?: string | undefined
  /** Time limit of a task; 0 for none. Daemon tasks have to start within it. */
  readonly timeoutMs: number
  /** Maximum linear memory of one task, in bytes; at least one page of 64 KiB. */
  readonly memoryMaxBytes: number
  /** Stack of a child process, in bytes, as far as the system allows it; 4 MiB by default. */
  readonly stackMaxBytes?: number | undefined
  /** Maximum size of stdout, and of stderr, of one task. */
  readonly outputMaxBytes: number
  /** Undefined to refuse components that serve HTTP. */
  readonly http?: HttpOptions | undefined
  /** None by default. */
  readonly network?: NetworkOptions
  /** Undefined if the hardware abstraction layer is off. */
  readonly hal?: HalOptions | undefined
  /** What runs components: the linker of this project (default), or jco's transpiler. */
  readonly componentEngine?: 'linker' | 'jco'
  /** Whether `usage` is available. */
  readonly metered?: boolean
  readonly log: Log
}

export type EmbeddedRuntime = Runtime & {
  /** Ends all guests; running tasks end as they do at a shutdown. Resolves when the last guest is gone. */
  close(): Promise<void>
  /** Resolves once the warm guests are idle; rejects if none can be started. */
  ready(): Promise<void>
  /** Process IDs of living children; empty with threads. */
  pids(): readonly number[]
}

const NO_NETWORK: NetworkOptions = { rules: [], tls: { ca: undefined, verify: true } }
const SURPLUS_IDLE_MS = 3000
const REST_IDLE_MS = 10_000
/** Large programs have function tables of tens of thousands of elements. */
const TABLE_MAX_ELEMENTS = 200_000
/**
 * Starting a replacement blocks the event loop. What a guest accumulates is limited by its resident size, which is checked more
 * often.
 */
const MAX_TASKS_PER_GUEST = 10_000
const MAX_RESIDENT_BYTES = 320 * 1024 * 1024

const ENTRIES = {
  process: builtEntry('guestChild'),
  thread: builtEntry('guestThread'),
}

/**
 * Runs core modules and components in child processes (or threads) from a warm pool. The caller decides how many tasks run at
 * once; each gets a guest of its own. The calling process itself never compiles or runs a guest.
 */
export function createEmbeddedRuntime(given: EmbeddedOptions): EmbeddedRuntime {
  const options = { ...given, memoryMaxBytes: Math.max(WASM_PAGE_BYTES, given.memoryMaxBytes) }
  const {
    warm,
    maxIdle,
    memoryMaxBytes,
    timeoutMs,
    outputMaxBytes,
    http,
    network = NO_NETWORK,
    metered = false,
    log,
  } = options
  const pool = new Pool({
    boot: bootMessage(options),
    warm,
    maxIdle,
    surplusIdleMs: SURPLUS_IDLE_MS,
    restIdleMs: REST_IDLE_MS,
    maxTasks: MAX_TASKS_PER_GUEST,
    maxResidentBytes: MAX_RESIDENT_BYTES,
    log,
  })
  const parts = {
    pool,
    watchdog: new Watchdog(),
    limits: { timeoutMs, memoryMaxBytes, outputMaxBytes },
    http,
    network,
    hal: options.hal && new HalHost(options.hal, memoryMaxBytes),
    metered,
  }
  const running = new Set<EmbeddedTask>()
  let isOpen = false
  const warmUp = () => {
    if (isOpen) return
    isOpen = true
    void prepareStart(options).then((start) => pool.open(start))
  }
  if (options.isLazy !== true) warmUp()

  return {
    name: 'v8-internal',
    run: (request: RunRequest, stop$: Observable<StopReason>): Observable<RunEvent> =>
      defer(() => {
        warmUp()
        const task = new EmbeddedTask(request, parts)
        running.add(task)
        const stops$ = stop$.pipe(
          tap((reason) => task.stop(reason)),
          ignoreElements(),
        )
        return merge(stops$, task.events$).pipe(
          takeWhile((event) => event.type !== 'ended', true),
          finalize(() => running.delete(task)),
        )
      }),
    usage: (id) => [...running].find((task) => task.id === id)?.usage(),
    close: () => {
      for (const task of running) task.stop('shutdown')
      return pool.close()
    },
    warmUp,
    ready: () => {
      warmUp()
      return pool.ready()
    },
    pids: () => pool.pids(),
  }
}

/** Children run in `/`, so relative directories are resolved here. */
const resolved = (dirs: readonly Preopen[]): readonly Preopen[] =>
  dirs.map((dir) => ({ ...dir, hostPath: resolve(dir.hostPath) }))

function bootMessage({
  isolation,
  dirs,
  memoryMaxBytes,
  componentEngine,
  hal,
}: EmbeddedOptions): BootMessage {
  const preopens =
    typeof isolation === 'string'
      ? resolved(dirs)
      : dirs.map((dir, index) => ({ ...dir, hostPath: mountPoint(index) }))
  return {
    type: 'boot',
    preopens,
    memoryMaxBytes,
    tableMaxElements: TABLE_MAX_ELEMENTS,
    ...(hal !== undefined && { hal: grantOf(hal) }),
    ...(componentEngine === 'jco' && { transpiler: pathToFileURL(findJco().entry).href }),
  }
}

/** jco's transpiler is WebAssembly itself and shares the memory of the process; a guest's memory is limited by its module. */
const TRANSPILER_BYTES = 512 * 1024 * 1024

const processMemory = ({ memoryMaxBytes, componentEngine }: EmbeddedOptions): number =>
  componentEngine === 'jco' ? Math.max(memoryMaxBytes, TRANSPILER_BYTES) : memoryMaxBytes

async function prepareStart(options: EmbeddedOptions): Promise<StartGuest> {
  const { isolation, log } = options
  const takesConnections = options.http !== undefined
  const limits = {
    memoryMaxBytes: processMemory(options),
    tableMaxElements: TABLE_MAX_ELEMENTS,
    stackMaxBytes: options.stackMaxBytes,
  }
  if (isolation === 'thread') {
    const launch = { ...limits, entry: ENTRIES.thread }
    limitThreads(launch)
    return () => startThreadGuest(launch)
  }
  if (isolation === 'process') {
    const wrapper = await findWrapper()
    log.debug({ wrapper }, 'Child processes are started through these tools')
    return () => startProcessGuest({ ...limits, entry: ENTRIES.process, wrapper, takesConnections })
  }
  // Without the filter, a process could reconnect a handed socket to any address in the daemon's network.
  const socketFilter = takesConnections ? isolation.socketFilter : undefined
  const isFiltered = socketFilter !== undefined
  const wrapper = await sandboxWrapper(isolation, options, isFiltered ? FILTER_FD : undefined)
  log.debug({ wrapper }, 'Child processes run in a sandbox')
  return () =>
    startProcessGuest({
      ...limits,
      entry: SANDBOXED_ENTRY,
      wrapper,
      isNested: true,
      takesConnections: isFiltered,
      socketFilter,
    })
}

/** Bubblewrap does what setpriv would do, and where it is a set-user-ID program it must be able to gain privileges. */
async function sandboxWrapper(
  sandbox: Sandbox,
  options: EmbeddedOptions,
  filterFd: number | undefined,
): Promise<string[]> {
  const { dirs, binariesDir, componentEngine } = options
  const code = componentEngine === 'jco' ? findJco().directories : []
  const limits = await findWrapper(undefined, ['prlimit'])
  return [
    ...limits,
    ...sandboxCommand(sandbox, { preopens: resolved(dirs), binariesDir, code, infoFd: INFO_FD, filterFd }),
  ]
}
