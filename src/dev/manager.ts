import { filter, firstValueFrom, map, timeout, type Observable } from 'rxjs'
import { parseObject, type JsonObject } from './json.js'
import { connectPeer, type PeerOptions } from './peer.js'

const DEFAULT_RESULT_MS = 30_000

/** A start command as published by the Manager: `id` and `name`, and any other key of the wire format. */
export type StartMessage = { readonly id: string; readonly name: string } & JsonObject

/** An invoke command: the ID of a latent task, the name of this invocation, and any other key of the wire format. */
export type InvokeMessage = { readonly id: string; readonly invocation_id: string } & JsonObject

/** A task result as read by the Manager. */
export type ResultMessage = {
  readonly taskId: string
  readonly propletId: string
  /** Any JSON; text unless the guest created its own envelope. */
  readonly results: unknown
  /** Undefined if the task completed. */
  readonly error: string | undefined
  /** On the clock of `performance.now()`. */
  readonly receivedAt: number
}

/** The result of one invocation of a latent task. */
export type InvokeResultMessage = ResultMessage & { readonly invocationId: string }

export type Manager = {
  /** Hot, like the other streams: messages of proplets on the topic of that name. */
  readonly results$: Observable<ResultMessage>
  readonly invokeResults$: Observable<InvokeResultMessage>
  readonly discoveries$: Observable<JsonObject>
  readonly heartbeats$: Observable<JsonObject>
  readonly metrics$: Observable<JsonObject>
  readonly taskMetrics$: Observable<JsonObject>
  /** Resolves when the broker has acknowledged the command. */
  readonly start: (command: StartMessage) => Promise<void>
  readonly stop: (id: string, target?: JsonObject) => Promise<void>
  /** The next result of a task; call it before starting the task. Rejects after `withinMs`. */
  readonly result: (id: string, withinMs?: number) => Promise<ResultMessage>
  /** Starts a task and waits for its result. */
  readonly run: (command: StartMessage, withinMs?: number) => Promise<ResultMessage>
  /** Invokes a latent task and waits for the result of this invocation. */
  readonly invoke: (command: InvokeMessage, withinMs?: number) => Promise<InvokeResultMessage>
  /** Publishes anything on a subtopic. */
  readonly publish: (subtopic: string, payload: object) => Promise<void>
  readonly close: () => Promise<void>
}

/** Connects a minimal Manager for demos, tests and benchmarks. */
export const connectManager = async (options: PeerOptions): Promise<Manager> => {
  const topics = {
    results: 'control/proplet/results',
    invokeResults: 'control/proplet/invoke_results',
    create: 'control/proplet/create',
    alive: 'control/proplet/alive',
    metrics: 'control/proplet/metrics',
    taskMetrics: 'control/proplet/task_metrics',
  }
  const peer = await connectPeer(options, Object.values(topics))
  const objects = (subtopic: string): Observable<JsonObject> =>
    peer.messages$.pipe(
      filter((message) => message.subtopic === subtopic),
      map(({ payload }) => parseObject(payload)),
      filter((body) => body !== undefined),
    )
  const results$ = objects(topics.results).pipe(
    map(toResult),
    filter((result) => result !== undefined),
  )
  const invokeResults$ = objects(topics.invokeResults).pipe(
    map(toInvokeResult),
    filter((result) => result !== undefined),
  )
  const start = (command: StartMessage) => peer.publish('control/manager/start', command)
  const result = (id: string, withinMs = DEFAULT_RESULT_MS) =>
    firstValueFrom(
      results$.pipe(
        filter(({ taskId }) => taskId === id),
        timeout({ first: withinMs }),
      ),
    )
  const invokeResult = ({ id, invocation_id }: InvokeMessage, withinMs = DEFAULT_RESULT_MS) =>
    firstValueFrom(
      invokeResults$.pipe(
        filter(({ taskId, invocationId }) => taskId === id && invocationId === invocation_id),
        timeout({ first: withinMs }),
      ),
    )
  return {
    results$,
    invokeResults$,
    discoveries$: objects(topics.create),
    heartbeats$: objects(topics.alive),
    metrics$: objects(topics.metrics),
    taskMetrics$: objects(topics.taskMetrics),
    start,
    stop: (id, target = {}) => peer.publish('control/manager/stop', { id, ...target }),
    result,
    run: async (command, withinMs) => {
      const [answer] = await Promise.all([result(command.id, withinMs), start(command)])
      return answer
    },
    invoke: async (command, withinMs) => {
      const published = peer.publish('control/manager/invoke', command)
      const [answer] = await Promise.all([invokeResult(command, withinMs), published])
      return answer
    },
    publish: (subtopic, payload) => peer.publish(subtopic, payload),
    close: () => peer.close(),
  }
}

const toResult = (body: JsonObject): ResultMessage | undefined => {
  const { task_id: taskId, proplet_id: propletId, results, error } = body
  if (typeof taskId !== 'string' || taskId === '') return undefined
  return {
    taskId,
    propletId: typeof propletId === 'string' ? propletId : '',
    results,
    error: typeof error === 'string' && error !== '' ? error : undefined,
    receivedAt: performance.now(),
  }
}

const toInvokeResult = (body: JsonObject): InvokeResultMessage | undefined => {
  const result = toResult(body)
  const { invocation_id: invocationId } = body
  if (result === undefined || typeof invocationId !== 'string') return undefined
  return { ...result, invocationId }
}
