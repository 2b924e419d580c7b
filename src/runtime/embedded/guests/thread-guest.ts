import { Worker } from 'node:worker_threads'
import { setFlagsFromString } from 'node:v8'
import { readThreadCounters } from '../../../host/process-figures.js'
import { WASM_PAGE_BYTES } from '@proplet/component/wasm/module-limits.js'
import type { Incoming } from '../../guest/channel/link.js'
import { announceMessage, giveRoom, type ThreadData } from '../../guest/channel/port-link.js'
import type { StreamName, ToGuest } from '../../guest/channel/protocol.js'
import { decodeFromGuest } from './decode.js'
import { DEAF, type Guest, type GuestListener } from './guest.js'
import { jspiFlags } from './jspi-flags.js'
import type { Counters, Figures } from '../../../model/figures.js'

export type ThreadLaunch = {
  readonly entry: string
  readonly memoryMaxBytes: number
  readonly tableMaxElements: number
}

/**
 * V8's limits on WebAssembly are flags of the process, read at each compilation and instantiation, so they are set once, before
 * the first. Without `--no-wasm-dynamic-tiering`, a loop of `memory.fill` never checks for a request to terminate, so
 * `terminate()` waits for minutes, and `process.exit()` with it.
 */
export function limitThreads(launch: ThreadLaunch): void {
  setFlagsFromString('--no-wasm-dynamic-tiering')
  setFlagsFromString(
    `--wasm-max-mem-pages=${Math.max(1, Math.floor(launch.memoryMaxBytes / WASM_PAGE_BYTES))}`,
  )
  setFlagsFromString(`--wasm-max-table-size=${launch.tableMaxElements}`)
  for (const flag of jspiFlags()) setFlagsFromString(flag)
}

/** In MB, as for a child process. Beyond it the thread ends; V8 cannot always prevent that the whole process does. */
const HEAP_MAX_MB = 128

export function startThreadGuest(launch: ThreadLaunch): Guest {
  const counter = () => new Int32Array(new SharedArrayBuffer(4))
  const workerData: ThreadData = { inFlight: counter(), sent: counter() }
  const worker = new Worker(launch.entry, {
    workerData,
    env: {},
    argv: [],
    execArgv: ['--no-warnings'],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
  })
  return new ThreadGuest(worker, workerData)
}

class ThreadGuest implements Guest {
  readonly pid = undefined
  readonly #worker: Worker
  readonly #counters: ThreadData
  #listener: GuestListener = DEAF
  /** Undefined until it is ready, on hosts without thread IDs, and after it has ended. */
  #threadId: number | undefined
  #fault: string | undefined
  #held = false
  #isEnding = false
  #owedBytes = 0

  constructor(worker: Worker, counters: ThreadData) {
    this.#worker = worker
    this.#counters = counters
    // Guests do not write here; messages of Node.js itself must not reach the daemon's own streams.
    worker.stdout.resume()
    worker.stderr.resume()
    worker.on('message', (data: unknown) => this.#receive(data))
    worker.on('error', (error) => (this.#fault ??= `failed: ${error.message}`))
    worker.on('exit', (code) => this.#close(code))
  }

  counters(): Counters | undefined {
    return this.#threadId === undefined ? undefined : readThreadCounters(this.#threadId)
  }

  /** Memory and files belong to the whole process. */
  figures(): Figures | undefined {
    const counters = this.counters()
    return counters && { ...counters, memoryBytes: undefined, threads: 1, fileDescriptors: undefined }
  }

  residentBytes(): undefined {}

  listen(listener: GuestListener): void {
    this.#listener = listener
  }

  post(message: ToGuest, body: Uint8Array = new Uint8Array(0)): void {
    const data: Incoming = { message, body: Uint8Array.from(body) }
    this.#worker.postMessage(data, [data.body.buffer])
    announceMessage(this.#counters.sent)
  }

  holdOutput(held: boolean): void {
    this.#held = held
    if (held || this.#owedBytes === 0) return
    giveRoom(this.#counters.inFlight, this.#owedBytes)
    this.#owedBytes = 0
  }

  kill(): void {
    if (!this.#isEnding) void this.#worker.terminate()
    this.#isEnding = true
    this.holdOutput(false)
  }

  #receive(data: unknown): void {
    if (isOutput(data)) {
      this.#owedBytes += data.data.length
      this.#listener.output(data.stream, data.data)
      this.holdOutput(this.#held)
      return
    }
    const message = typeof data === 'object' && data !== null && 'message' in data ? data.message : undefined
    const decoded = decodeFromGuest(message, bytesOf(message))
    if (decoded !== undefined) {
      if (decoded.type === 'ready') this.#threadId ??= decoded.threadId
      this.#listener.message(decoded)
      return
    }
    this.#fault ??= 'violated the channel protocol'
    this.kill()
  }

  #close(code: number): void {
    const listener = this.#listener
    this.#threadId = undefined
    this.#listener = DEAF
    listener.closed({ how: this.#fault ?? `ended with status ${code}`, signal: undefined })
  }
}

/** Within a process, the bytes of a body are part of the message. */
function bytesOf(message: unknown): Uint8Array | undefined {
  if (typeof message !== 'object' || message === null || !('bytes' in message)) return undefined
  return message.bytes instanceof Uint8Array ? message.bytes : undefined
}

function isOutput(data: unknown): data is { stream: StreamName; data: Uint8Array } {
  if (typeof data !== 'object' || data === null || !('data' in data) || !('stream' in data)) return false
  return data.data instanceof Uint8Array && (data.stream === 'stdout' || data.stream === 'stderr')
}
