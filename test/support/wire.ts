import { readFileSync } from 'node:fs'
import { filter, firstValueFrom, map, share, startWith, tap, timeout } from 'rxjs'
import { parseObject, type JsonObject } from '../../src/dev/json.js'
import { connectPeer, type PeerOptions } from '../../src/dev/peer.js'

const WITHIN_MS = 15_000

const SUBTOPICS = [
  'control/proplet/create',
  'control/proplet/alive',
  'control/proplet/metrics',
  'control/proplet/task_metrics',
  'control/proplet/results',
  'control/proplet/invoke_results',
  'registry/proplet',
  'telemetry/tasks',
] as const

export type Message = {
  readonly subtopic: string
  readonly body: JsonObject
  /** When it was received, on the clock of `performance.now()`. */
  readonly at: number
}

export type Command = { readonly id: string } & JsonObject

/** A Manager's view of a channel: everything that proplets have published. */
export type Wire = {
  readonly messages: readonly Message[]
  readonly on: (subtopic: (typeof SUBTOPICS)[number]) => readonly Message[]
  /** Waits until `look`, which is called for every message, finds something. */
  readonly until: <T>(look: () => T | undefined | false) => Promise<T>
  readonly alive: (status?: 'alive' | 'offline') => readonly Message[]
  /** Waits for this many heartbeats. */
  readonly beats: (n: number) => Promise<readonly Message[]>
  readonly resultsOf: (id: string) => readonly Message[]
  /** Waits for the `n`th result of a task, the first by default. */
  readonly result: (id: string, n?: number) => Promise<JsonObject>
  readonly start: (command: Command) => Promise<void>
  readonly invoke: (command: Command) => Promise<void>
  /** Waits for the `n`th result of an invocation, the first by default. */
  readonly invoked: (id: string, invocation: string, n?: number) => Promise<JsonObject>
  readonly invokeResultsOf: (id: string) => readonly Message[]
  readonly stop: (id: string, target?: JsonObject) => Promise<void>
  /** Starts a task and waits for its first result. */
  readonly run: (command: Command) => Promise<JsonObject>
  readonly publish: (subtopic: string, payload: object) => Promise<void>
  readonly close: () => Promise<void>
}

export const connectWire = async (options: PeerOptions): Promise<Wire> => {
  const peer = await connectPeer(options, SUBTOPICS)
  const messages: Message[] = []
  const received$ = peer.messages$.pipe(
    map(({ subtopic, payload }): Message => {
      const body = parseObject(payload)
      if (body === undefined) throw new Error(`not an object, on ${subtopic}: ${payload.toString()}`)
      return { subtopic, body, at: performance.now() }
    }),
    tap((message) => messages.push(message)),
    share(),
  )
  const subscription = received$.subscribe()

  const until = <T>(look: () => T | undefined | false): Promise<T> =>
    firstValueFrom(
      received$.pipe(
        startWith(undefined),
        map(look),
        filter((found): found is T => found !== undefined && found !== false),
        timeout({ first: WITHIN_MS }),
      ),
    )
  const on: Wire['on'] = (subtopic) => messages.filter((message) => message.subtopic === subtopic)
  const alive: Wire['alive'] = (status = 'alive') =>
    on('control/proplet/alive').filter(({ body }) => body['status'] === status)
  const resultsOf: Wire['resultsOf'] = (id) =>
    on('control/proplet/results').filter(({ body }) => body['task_id'] === id)
  const result: Wire['result'] = (id, n = 1) => until(() => resultsOf(id)[n - 1]?.body)
  const invokeResultsOf: Wire['invokeResultsOf'] = (id) =>
    on('control/proplet/invoke_results').filter(({ body }) => body['task_id'] === id)
  const start: Wire['start'] = (command) => peer.publish('control/manager/start', command)

  return {
    messages,
    on,
    until,
    alive,
    beats: (n) => until(() => alive().length >= n && alive()),
    resultsOf,
    result,
    start,
    invoke: (command) => peer.publish('control/manager/invoke', command),
    invokeResultsOf,
    invoked: (id, invocation, n = 1) =>
      until(
        () => invokeResultsOf(id).filter(({ body }) => body['invocation_id'] === invocation)[n - 1]?.body,
      ),
    stop: (id, target = {}) => peer.publish('control/manager/stop', { id, ...target }),
    run: async (command) => {
      const n = resultsOf(command.id).length + 1
      await start(command)
      return result(command.id, n)
    },
    publish: (subtopic, payload) => peer.publish(subtopic, payload),
    close: () => {
      subscription.unsubscribe()
      return peer.close()
    },
  }
}

export const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/built/${name}.wasm`, import.meta.url))

/** The fields of a start command for an export of an inline binary. */
export const inline = (binary: string, name: string): { readonly name: string; readonly file: string } => ({
  name,
  file: fixture(binary).toString('base64'),
})
