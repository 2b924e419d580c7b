import { spawn, type ChildProcess } from 'node:child_process'
import type { Writable } from 'node:stream'
import { Readable } from 'node:stream'
import { encodeFrame } from '../../guest/channel/frames.js'
import type { ToGuest } from '../../guest/channel/protocol.js'
import { GUEST_STACK_BYTES, stackWithin } from '../../../host/stack-limit.js'
import { ProcessFiles } from '../../../host/process-files.js'
import { WASM_PAGE_BYTES } from '@proplet/component/wasm/module-limits.js'
import { ConnectionChannel } from './connection-channel.js'
import { DirectProcess, NestedProcess, type GuestProcess } from './child-process.js'
import { decodeFromGuest } from './decode.js'
import { FrameDecoder } from '../../guest/channel/frame-decoder.js'
import { StatusFile } from './status-file.js'
import { DEAF, type Guest, type GuestListener } from './guest.js'
import { jspiFlags } from './jspi-flags.js'
import type { Counters, Figures } from '../../../model/figures.js'
import { messageOf } from '../../../model/message-of.js'

export type ProcessLaunch = {
  /** Path of the built entry. */
  readonly entry: string
  /** A command line that ends by running the command after it, as returned by `findWrapper`; may be empty. */
  readonly wrapper: readonly string[]
  /** The wrapper stays as the parent of the child and reports its process ID on `INFO_FD`, as bubblewrap does. */
  readonly isNested?: boolean
  readonly memoryMaxBytes: number
  readonly tableMaxElements: number
  /** Maximum stack, if the system allows it; 4 MiB by default. */
  readonly stackMaxBytes?: number | undefined
  /** Whether it can be handed connections. */
  readonly takesConnections?: boolean
  /** The filter that the wrapper reads from `FILTER_FD`, see `socketFilter`; only with `takesConnections`. */
  readonly socketFilter?: Uint8Array | undefined
  /**
   * Where the guest's output goes: to the daemon (default), or with `inherit` to the standard streams of this process, in its
   * process group.
   */
  readonly output?: 'pipe' | 'inherit'
  /** Whether the guest inherits standard input; by default it does not. */
  readonly input?: 'inherit' | 'ignore'
  /** The directory of the child's compile cache; none by default. */
  readonly compileCache?: string | undefined
}

/** In MB. For tables and data of the guest's host; linear memory and compiled code are not on this heap. */
const HEAP_MAX_MB = 128
const HEAP_INITIAL_MB = 32
const CONTROL_FD = 3
export const INFO_FD = 4
/** The wrapper reads the filter from this descriptor, the first that a guest with connections does not use. */
export const FILTER_FD = 8
/** On this descriptor a guest receives answers that it does not block for; it has no other way to read without blocking. */
const ANSWERS_FD = 5

/**
 * Starts a child process with an empty environment, in a session of its own, so that Ctrl-C at the terminal does not end guests
 * before the daemon has shut down.
 */
export function startProcessGuest(launch: ProcessLaunch): Guest {
  const {
    output = 'pipe',
    input = 'ignore',
    isNested = false,
    takesConnections = false,
    socketFilter,
  } = launch
  const [command = process.execPath, ...args] = [
    ...launch.wrapper,
    process.execPath,
    ...nodeArguments(launch),
  ]
  const status = takesConnections ? new StatusFile() : undefined
  const start = () =>
    spawn(command, args, {
      stdio: [
        input,
        output,
        output,
        'pipe',
        isNested ? 'pipe' : 'ignore',
        'pipe',
        ...(status === undefined ? [] : (['ipc', status.fd] as const)),
        ...(socketFilter === undefined ? [] : (['pipe'] as const)),
      ],
      env: launch.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: launch.compileCache },
      cwd: '/',
      detached: output === 'pipe',
    })
  let child: ChildProcess
  try {
    child = start()
  } catch (error) {
    status?.close()
    throw error
  }
  if (child.pid !== undefined) {
    if (socketFilter !== undefined) give(child, socketFilter)
    return new ProcessGuest(child, status)
  }
  status?.close()
  return new StillbornGuest(child)
}

function give(child: ChildProcess, socketFilter: Uint8Array): void {
  const stdio: readonly (Readable | Writable | null | undefined)[] = child.stdio
  const pipe = stdio[FILTER_FD]
  if (!isDuplex(pipe)) return
  // The wrapper may have ended, which is reported elsewhere.
  pipe.on('error', () => undefined)
  pipe.end(socketFilter)
  pipe.resume()
}

function nodeArguments(launch: ProcessLaunch): string[] {
  return [
    `--max-old-space-size=${HEAP_MAX_MB}`,
    // In MB. Preparing a component fills 2 MB with objects that survive; with half of that, a fifth of its time went into
    // copying.
    '--max-semi-space-size=2',
    // Otherwise V8 would collect an old generation of 10 MB again and again; the guest triggers collections itself as it grows.
    `--initial-old-space-size=${HEAP_INITIAL_MB}`,
    '--expose-gc',
    '--no-warnings',
    ...jspiFlags(),
    `--wasm-max-mem-pages=${Math.max(1, Math.floor(launch.memoryMaxBytes / WASM_PAGE_BYTES))}`,
    `--wasm-max-table-size=${launch.tableMaxElements}`,
    `--stack-size=${Math.floor(stackWithin(launch.stackMaxBytes ?? GUEST_STACK_BYTES) / 1024)}`,
    launch.entry,
  ]
}

/** A process that the system refused to start, usually for lack of processes or files. It only reports that. */
class StillbornGuest implements Guest {
  readonly pid = undefined
  #listener: GuestListener = DEAF

  constructor(child: ChildProcess) {
    child.once('error', (error) =>
      this.#listener.closed({ how: `could not be started: ${error.message}`, signal: undefined }),
    )
  }

  listen(listener: GuestListener): void {
    this.#listener = listener
  }

  counters(): undefined {}
  figures(): undefined {}
  residentBytes(): undefined {}
  post(): void {}
  holdOutput(): void {}
  kill(): void {}
}

class ProcessGuest implements Guest {
  readonly #process: GuestProcess
  readonly #outputs: readonly Readable[]
  readonly #control: Writable
  readonly #answers: Writable
  readonly connections: ConnectionChannel | undefined
  readonly #decoder = new FrameDecoder()
  #listener: GuestListener = DEAF
  #fault: string | undefined
  #files: ProcessFiles | undefined

  constructor(child: ChildProcess, status: StatusFile | undefined) {
    const control = child.stdio[CONTROL_FD]
    const info = child.stdio[INFO_FD]
    const stdio: readonly (Readable | Writable | null | undefined)[] = child.stdio
    const answers = stdio[ANSWERS_FD]
    const { stdout, stderr } = child
    this.connections = status === undefined ? undefined : ConnectionChannel.of(child, status)
    if (!isDuplex(control) || !isDuplex(answers)) throw new Error('a child without a channel')
    const hear = () => control.on('data', (data: Buffer) => this.#receive(data))
    this.#control = control
    this.#answers = answers
    this.#process = isDuplex(info) ? new NestedProcess(child, info, hear) : new DirectProcess(child)
    // Listeners of `ready` may ask a nested child for its process ID.
    if (!isDuplex(info)) hear()
    this.#outputs = [stdout, stderr].filter((stream) => stream !== null)
    stdout?.on('data', (data: Buffer) => this.#listener.output('stdout', data))
    stderr?.on('data', (data: Buffer) => this.#listener.output('stderr', data))
    // A pipe breaks when the child ends, which `close` reports.
    for (const stream of [...this.#outputs, control, answers, info]) stream?.on('error', () => undefined)
    child.on('error', (error) => (this.#fault ??= `could not be ended: ${error.message}`))
    // `close` would otherwise wait for the end of the channel, which is not read.
    child.on('exit', () => this.connections?.end())
    child.on('close', (code, signal) => this.#close(code, signal))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  counters(): Counters | undefined {
    return this.#look()?.counters()
  }

  figures(): Figures | undefined {
    return this.#look()?.figures()
  }

  residentBytes(): number | undefined {
    const bytes = this.#look()?.residentBytes()
    return bytes === undefined ? undefined : bytes + (this.connections?.statusBytes() ?? 0)
  }

  listen(listener: GuestListener): void {
    this.#listener = listener
  }

  post(message: ToGuest, body?: Uint8Array): void {
    const isAnswer = message.type === 'given' && message.ask !== undefined
    const channel = isAnswer ? this.#answers : this.#control
    if (body === undefined) {
      channel.write(encodeFrame(message))
      return
    }
    channel.cork()
    channel.write(encodeFrame(message, body.length))
    channel.write(body)
    channel.uncork()
  }

  unreadBytes(): number {
    return this.#control.writableLength
  }

  holdOutput(held: boolean): void {
    for (const output of this.#outputs) {
      if (held) output.pause()
      else output.resume()
    }
  }

  kill(): void {
    this.#process.kill()
    this.holdOutput(false)
  }

  #receive(data: Buffer): void {
    if (this.#fault !== undefined) return
    try {
      this.#decoder.push(data, (value, body) => {
        const message = decodeFromGuest(value, body)
        if (message === undefined) throw new Error('an unknown message')
        this.#listener.message(message)
      })
    } catch (error) {
      this.#fault = `violated the channel protocol: ${messageOf(error)}`
      this.kill()
    }
  }

  #look(): ProcessFiles | undefined {
    const { pid } = this.#process
    if (pid === undefined) return undefined
    this.#files ??= new ProcessFiles(pid)
    return this.#files
  }

  #close(code: number | null, given: NodeJS.Signals | null): void {
    const signal = this.#process.signalOf(code, given)
    const how = signal === undefined ? `ended with status ${code ?? 'unknown'}` : `was killed by ${signal}`
    const listener = this.#listener
    this.#listener = DEAF
    this.#files?.close()
    this.#files = undefined
    listener.closed(this.#fault === undefined ? { how, signal } : { how: this.#fault, signal: undefined })
    // Closed last, because the listener reads the status.
    this.connections?.close()
  }
}

function isDuplex(stream: Readable | Writable | null | undefined): stream is Readable & Writable {
  return stream instanceof Readable && 'write' in stream
}
