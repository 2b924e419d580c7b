import type { InboundMessage } from '../../model/connection.js'
import { isDeeperThan } from '../../io/codecs/json.js'

/** The answer to a task or invocation, as a Manager reads it. */
export type Answer = {
  readonly taskId: string
  readonly propletId: string
  /** Any JSON; text unless the guest created its own envelope. */
  readonly results: unknown
  /** Undefined if it completed. */
  readonly error: string | undefined
}

/** A message as a client reads it; missing fields are undefined or empty. */
export type ChannelMessage =
  | { readonly type: 'created'; readonly propletId: string; readonly software: string }
  | {
      readonly type: 'alive'
      readonly propletId: string
      readonly offline: boolean
      /** Runtime and version, if the heartbeat has them. */
      readonly software: string
    }
  | {
      readonly type: 'metrics'
      readonly propletId: string
      readonly cpuPercent: number | undefined
      readonly memoryBytes: number | undefined
    }
  | {
      readonly type: 'task_metrics'
      readonly taskId: string
      readonly propletId: string
      readonly cpuPercent: number | undefined
      readonly memoryBytes: number | undefined
    }
  | ({ readonly type: 'result' } & Answer)
  | ({ readonly type: 'invoke_result'; readonly invocationId: string } & Answer)
  | { readonly type: 'asked'; readonly image: string }
  | {
      readonly type: 'chunk'
      readonly image: string
      readonly index: number
      readonly total: number
      readonly bytes: number
    }
  | {
      readonly type: 'start'
      readonly taskId: string
      /** Empty for every proplet. */
      readonly propletId: string
      readonly name: string
      /** Empty if the binary came with the command. */
      readonly image: string
      readonly latent: boolean
    }
  | { readonly type: 'stop' | 'invoke'; readonly taskId: string; readonly propletId: string }

type Body = Readonly<Record<string, unknown>>

const MAX_DEPTH = 64
/** More chunks than the proplet accepts for one binary. */
const MAX_CHUNKS = 65_536

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const bodyOf = (payload: Uint8Array): Body | undefined => {
  const json = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
  if (isDeeperThan(json, MAX_DEPTH)) return undefined
  try {
    const value: unknown = JSON.parse(json)
    return isBody(value) ? value : undefined
  } catch {
    return undefined
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
const inside = (body: Body, key: string): Body => {
  const value = body[key]
  return isBody(value) ? value : {}
}

const answerOf = (body: Body): Answer | undefined => {
  const taskId = text(body['task_id'])
  if (taskId === '') return undefined
  const error = text(body['error'])
  return {
    taskId,
    propletId: text(body['proplet_id']),
    results: body['results'],
    error: error === '' ? undefined : error,
  }
}

const ofProplet = (make: (body: Body, propletId: string) => ChannelMessage) => (body: Body) => {
  const propletId = text(body['proplet_id'])
  return propletId === '' ? undefined : make(body, propletId)
}

const ofTask =
  (make: (body: Body, task: { taskId: string; propletId: string }) => ChannelMessage) => (body: Body) => {
    const taskId = text(body['id'])
    const propletId = body['broadcast'] === true ? '' : text(body['proplet_id'])
    return taskId === '' ? undefined : make(body, { taskId, propletId })
  }

const decodedBytes = (base64: string): number =>
  Math.floor((base64.length * 3) / 4) - (/={0,2}$/.exec(base64)?.[0].length ?? 0)

const chunkOf = (body: Body): ChannelMessage | undefined => {
  const { app_name: name, chunk_idx: index, total_chunks: total, data } = body
  if (typeof name !== 'string' || name === '' || typeof data !== 'string') return undefined
  if (typeof index !== 'number' || typeof total !== 'number') return undefined
  if (!Number.isInteger(index) || !Number.isInteger(total) || total > MAX_CHUNKS) return undefined
  if (index < 0 || index >= total) return undefined
  return { type: 'chunk', image: name, index, total, bytes: decodedBytes(data) }
}

const softwareOf = (body: Body): string => {
  const { wasm_runtime: runtime, proplet_version: version } = inside(body, 'metadata')
  return [text(runtime), text(version)].join(' ').trim()
}

const READERS: ReadonlyMap<string, (body: Body) => ChannelMessage | undefined> = new Map([
  [
    'control/proplet/create',
    ofProplet((body, propletId) => ({ type: 'created', propletId, software: softwareOf(body) })),
  ],
  [
    'control/proplet/alive',
    ofProplet((body, propletId) => ({
      type: 'alive',
      propletId,
      offline: body['status'] === 'offline',
      software: softwareOf(body),
    })),
  ],
  [
    'control/proplet/metrics',
    ofProplet((body, propletId) => ({
      type: 'metrics',
      propletId,
      cpuPercent: number(inside(body, 'cpu_metrics')['percent']),
      memoryBytes: number(inside(body, 'memory_metrics')['rss_bytes']),
    })),
  ],
  [
    'control/proplet/task_metrics',
    ofProplet((body, propletId) => {
      const metrics = inside(body, 'metrics')
      return {
        type: 'task_metrics',
        taskId: text(body['task_id']),
        propletId,
        cpuPercent: number(metrics['cpu_percent']),
        memoryBytes: number(metrics['memory_bytes']),
      }
    }),
  ],
  [
    'control/proplet/results',
    (body) => {
      const answer = answerOf(body)
      return answer && { type: 'result', ...answer }
    },
  ],
  [
    'control/proplet/invoke_results',
    (body) => {
      const answer = answerOf(body)
      return answer && { type: 'invoke_result', invocationId: text(body['invocation_id']), ...answer }
    },
  ],
  [
    'registry/proplet',
    (body) => {
      const image = text(body['app_name'])
      return image === '' ? undefined : { type: 'asked', image }
    },
  ],
  ['registry/server', chunkOf],
  [
    'control/manager/start',
    ofTask((body, task) => ({
      type: 'start',
      ...task,
      name: text(body['name']),
      image: text(body['file']) === '' ? text(body['image_url']) : '',
      latent: body['latent'] === true,
    })),
  ],
  ['control/manager/stop', ofTask((_, task) => ({ type: 'stop', ...task }))],
  ['control/manager/invoke', ofTask((_, task) => ({ type: 'invoke', ...task }))],
])

/** Reads a message leniently, like a Manager; undefined if it cannot be read, and is ignored. */
export const parseChannelMessage = ({ subtopic, payload }: InboundMessage): ChannelMessage | undefined => {
  const read = READERS.get(subtopic)
  const body = read && bodyOf(payload)
  return body && read(body)
}
