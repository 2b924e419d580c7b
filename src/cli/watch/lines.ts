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
  const chunk = (heard: Extract<ChannelMessage, { type: 'chunk' }>): readonly string[] => {
    const before = fetches.get(heard.image) ?? { count: createFetchCount(), step: -1 }
    const fetched = before.count(heard)
    const step = Math.floor(percentOf(fetched) / NEWS_PERCENT)
    fetches.set(heard.image, { ...before, step })
    const { chunks, total, bytes } = fetched
    return step === before.step
      ? []
      : [`fetch ${safeLine(heard.image)} ${chunks} of ${total} chunks, ${bytesText(bytes)}`]
  }
  return (heard: ChannelMessage): readonly string[] => {
    switch (heard.type) {
      case 'created':
        return [`proplet ${safeLine(heard.propletId)} started: ${safeLine(heard.software)}`]
      case 'alive':
        return beat(heard)
      case 'metrics':
        return []
      case 'task_metrics':
        return [`task ${safeLine(heard.taskId)} ${usage(heard)}`]
      case 'result':
        return [`task ${safeLine(heard.taskId)} ${outcome(heard)}`]
      case 'invoke_result':
        return [`task ${safeLine(heard.taskId)} invocation ${safeLine(heard.invocationId)} ${outcome(heard)}`]
      case 'asked':
        return [`fetch ${safeLine(heard.image)} requested`]
      case 'chunk':
        return chunk(heard)
      case 'start': {
        const image = heard.image === '' ? '' : ` of ${safeLine(heard.image)}`
        const what = heard.latent ? 'deploy' : 'start'
        return [
          `task ${safeLine(heard.taskId)} ${what} ${safeLine(heard.name)}${image} on ${on(heard.propletId)}`,
        ]
      }
      case 'stop':
      case 'invoke':
        return [`task ${safeLine(heard.taskId)} ${heard.type} on ${on(heard.propletId)}`]
    }
  }
}

/** One line per event, with its time; heartbeats only if they contain something new. */
export const watchLines = (heard$: Observable<ChannelMessage>, clock: SchedulerLike): Observable<string> =>
  defer(() => {
    const tell = createTeller()
    return heard$.pipe(
      concatMap((heard) => tell(heard).map((line) => `${new Date(clock.now()).toISOString()} ${line}\n`)),
    )
  })

/** One line of JSON per message. */
export const watchJson = (heard$: Observable<ChannelMessage>, clock: SchedulerLike): Observable<string> =>
  heard$.pipe(map((heard) => `${JSON.stringify({ at: new Date(clock.now()).toISOString(), ...heard })}\n`))
