import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { NEVER, lastValueFrom, tap, toArray, type Observable } from 'rxjs'
import * as E from 'fp-ts/lib/Either.js'
import { onTestFinished } from 'vitest'
import type { Binary } from '../../../src/model/binary.js'
import type { Outcome } from '../../../src/model/outcome.js'
import {
  createEmbeddedRuntime,
  type EmbeddedOptions,
  type EmbeddedRuntime,
} from '../../../src/runtime/embedded/embedded.js'
import { findSandbox } from '../../../src/host/sandbox/sandbox.js'
import type { RunEvent, RunRequest, Runtime, StopReason } from '../../../src/model/runtime.js'

export const MIB = 1024 * 1024

export type Isolation = 'process' | 'thread' | 'sandbox'
export const ALL_ISOLATIONS: readonly Isolation[] = ['process', 'thread', 'sandbox']

/**
 * Isolation for the tests of the runtime: `npm test` runs them in processes, `npm run test:isolation` with the others.
 */
export const ISOLATION = ALL_ISOLATIONS.find((each) => each === process.env['TEST_ISOLATION']) ?? 'process'
export const ISOLATIONS: readonly Isolation[] = [ISOLATION]
/** Isolation for tests that apply to child processes only. */
export const OF_CHILDREN = ISOLATION === 'thread' ? 'process' : ISOLATION

export const fixturePath = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/built/${name}.wasm`, import.meta.url))

export const toBinary = (bytes: Uint8Array): Binary => ({
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  size: bytes.length,
  content: { bytes },
})

/** Large fixtures are compressed on disk. */
export const fixture = (name: string): Binary => {
  const path = fixturePath(name)
  return toBinary(existsSync(path) ? readFileSync(path) : brotliDecompressSync(readFileSync(`${path}.br`)))
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export type TestOptions = Omit<EmbeddedOptions, 'isolation'> & { readonly isolation: Isolation }

export const defaults: TestOptions = {
  isolation: ISOLATION,
  warm: 1,
  maxIdle: 4,
  dirs: [],
  timeoutMs: 10_000,
  memoryMaxBytes: 64 * MIB,
  outputMaxBytes: MIB,
  log: silent,
}

const sandbox = (() => {
  let found: ReturnType<typeof findSandbox> | undefined
  return () => {
    found ??= findSandbox()
    if (E.isLeft(found)) throw new Error(found.left)
    return found.right
  }
})()

/** The `isolation` option for a name. */
export const isolationOf = (name: Isolation): EmbeddedOptions['isolation'] =>
  name === 'sandbox' ? sandbox() : name

/** A runtime whose warm guests are ready; the caller closes it. */
export async function openRuntime(options: Partial<TestOptions> = {}): Promise<EmbeddedRuntime> {
  const all = { ...defaults, ...options }
  const runtime = createEmbeddedRuntime({ ...all, isolation: isolationOf(all.isolation) })
  try {
    await runtime.ready()
  } catch (error) {
    await runtime.close()
    throw error
  }
  return runtime
}

/** Like `openRuntime`, but closed after the test. */
export async function runtimeOfTest(options: Partial<TestOptions> = {}): Promise<EmbeddedRuntime> {
  const runtime = await openRuntime(options)
  onTestFinished(() => runtime.close())
  return runtime
}

export type Ran = {
  readonly events: readonly RunEvent[]
  readonly outcome: Outcome
  /** Undefined if it did not start. */
  readonly compileMs: number | undefined
  readonly warnings: readonly string[]
  readonly stdout: string
  readonly stderr: string
}

export type Task = Partial<RunRequest> & { readonly binary: Binary }

export const request = (task: Task): RunRequest => ({
  id: 'task',
  name: '_start',
  inputs: [],
  cliArgs: [],
  env: {},
  daemon: false,
  ...task,
})

export async function run(
  runtime: Runtime,
  task: Task,
  stop$: Observable<StopReason> = NEVER,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<Ran> {
  const events = await lastValueFrom(runtime.run(request(task), stop$).pipe(tap(onEvent), toArray()))
  const last = events.at(-1)
  if (last?.type !== 'ended') throw new Error('a run that did not end')
  const started = events.find((event) => event.type === 'started')
  const text = (stream: string) =>
    Buffer.concat(
      events.flatMap((event) => (event.type === 'output' && event.stream === stream ? [event.data] : [])),
    ).toString()
  return {
    events,
    outcome: last.outcome,
    compileMs: started?.compileMs,
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
    stdout: text('stdout'),
    stderr: text('stderr'),
  }
}

export const add = { binary: fixture('add'), name: 'add', inputs: ['10', '20'] }
export const thirty: Outcome = { kind: 'completed', results: '30' }

/** Whether the process runs; a zombie does not. */
export const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
