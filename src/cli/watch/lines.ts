import { concatMap, defer, map, type Observable, type SchedulerLike } from 'rxjs'
import { createFetchCount, percentOf } from '../client/fetched.js'
import type { Answer, ChannelMessage } from '../client/channel-message.js'
import { safeLine } from '../client/safe.js'
import { bytesText } from '../client/units.js'
import { createCapped } from './capped.js'

/** Maximum number of proplets and fetches that are remembered. */
const MOST = 1000
const NEWS_PERCENT = 25

const on = (propletId: string): string => (propletId === '' ? 'every proplet' : safeLine(propletId))

const outcome = ({ propletId, results, error }: Answer): string => {
  if (error !== undefined) return `failed on ${on(propletId)}: ${safeLine(error, 500)}`
  const text = typeof results === 'string' ? results : JSON.stringify(results ?? '')
  return `completed on ${on(propletId)}${text === '' ? '' : `: ${safeLine(text, 500)}`}`
}

const usage = ({
  cpuPercent,
  memoryBytes,
  propletId,
}: Extract<ChannelMessage, { type: 'task_metrics' }>): string =>
  [
    `running on ${on(propletId)}`,
    ...(cpuPercent === undefined ? [] : [`${cpuPercent.toFixed(0)} % cpu`]),
    ...(memoryBytes === undefined ? [] : [bytesText(memoryBytes)]),
  ].join(', ')

const createTeller = () => {
  const states = createCapped<{ offline: boolean }>(MOST, ({ offline }) => offline)
  const fetches = createCapped<{ count: ReturnType<typeof createFetchCount>; step: number }>(
    MOST,
    () => false,
  )

  const beat = ({ propletId, offline }: Extract<ChannelMessage, { type: 'alive' }>): readonly string[] => {
    if (states.get(propletId)?.offline === offline) return []
    states.set(propletId, { offline })
    return [`proplet ${safeLine(propletId)} ${offline ? 'offline' : 'alive'}`]
  }
  const chunk = (message: Extract<ChannelMessage, { type: 'chunk' }>): readonly string[] => {
    const before = fetches.get(message.image) ?? { count: createFetchCount(), step: -1 }
    const fetched = before.count(message)
    const step = Math.floor(percentOf(fetched) / NEWS_PERCENT)
    fetches.set(message.image, { ...before, step })
    const { chunks, total, bytes } = fetched
    return step === before.step
      ? []
      : [`fetch ${safeLine(message.image)} ${chunks} of ${total} chunks, ${bytesText(bytes)}`]
  }
  return (message: ChannelMessage): readonly string[] => {
    switch (message.type) {
      case 'created':
        return [`proplet ${safeLine(message.propletId)} started: ${safeLine(message.software)}`]
      case 'alive':
        return beat(message)
      case 'metrics':
        return []
      case 'task_metrics':
        return [`task ${safeLine(message.taskId)} ${usage(message)}`]
      case 'result':
        return [`task ${safeLine(message.taskId)} ${outcome(message)}`]
      case 'invoke_result':
        return [
          `task ${safeLine(message.taskId)} invocation ${safeLine(message.invocationId)} ${outcome(message)}`,
        ]
      case 'asked':
        return [`fetch ${safeLine(message.image)} requested`]
      case 'chunk':
        return chunk(message)
      case 'start': {
        const image = message.image === '' ? '' : ` of ${safeLine(message.image)}`
        const what = message.latent ? 'deploy' : 'start'
        return [
          `task ${safeLine(message.taskId)} ${what} ${safeLine(message.name)}${image} on ${on(message.propletId)}`,
        ]
      }
      case 'stop':
      case 'invoke':
        return [`task ${safeLine(message.taskId)} ${message.type} on ${on(message.propletId)}`]
    }
  }
}

/** One line per event, with its time; heartbeats only if they contain something new. */
export const watchLines = (message$: Observable<ChannelMessage>, clock: SchedulerLike): Observable<string> =>
  defer(() => {
    const tell = createTeller()
    return message$.pipe(
      concatMap((message) => tell(message).map((line) => `${new Date(clock.now()).toISOString()} ${line}\n`)),
    )
  })

/** One line of JSON per message. */
export const watchJson = (message$: Observable<ChannelMessage>, clock: SchedulerLike): Observable<string> =>
  message$.pipe(
    map((message) => `${JSON.stringify({ at: new Date(clock.now()).toISOString(), ...message })}\n`),
  )
