import { EMPTY, combineLatest, defer, distinctUntilChanged, filter, interval, map, merge } from 'rxjs'
import { scan, startWith, takeUntil, timer, type Observable, type SchedulerLike } from 'rxjs'
import { createFetchCount, percentOf, type Fetched } from './fetched.js'
import type { ChannelMessage } from './channel-message.js'
import { safeLine } from './safe.js'
import { note, type Shown } from './shown.js'
import { bytesText, timeText } from './units.js'

export type Waited = {
  readonly taskId: string
  /** Undefined if the binary was in the command. */
  readonly image?: string | undefined
}

export type WaitingDeps = {
  readonly clock: SchedulerLike
  /** On a terminal, report progress every second; otherwise only changes. */
  readonly live: boolean
}

/** After this silence, in milliseconds, there may be no proplet: heartbeats come every 10 s by default. */
const QUIET_MS = 15_000
const NEWS_PERCENT = 25

const fetching = (image: string, fetched: Fetched): string =>
  `fetching ${safeLine(image, 60)}: ${fetched.chunks} of ${fetched.total} chunks, ${percentOf(fetched)} %, ${bytesText(fetched.bytes)}`

/** The state of the task in words. */
const stages = (message$: Observable<ChannelMessage>, { taskId, image }: Waited): Observable<string> => {
  const count = createFetchCount()
  return message$.pipe(
    map((message): string | undefined => {
      switch (message.type) {
        case 'asked':
          return message.image === image ? `fetching ${safeLine(image, 60)}: requested` : undefined
        case 'chunk':
          return message.image === image ? fetching(image, count(message)) : undefined
        case 'task_metrics': {
          if (message.taskId !== taskId) return undefined
          const cpu = message.cpuPercent === undefined ? [] : [`${message.cpuPercent.toFixed(0)} % cpu`]
          const memory = message.memoryBytes === undefined ? [] : [bytesText(message.memoryBytes)]
          return ['running on', safeLine(message.propletId, 40), ...cpu, ...memory].join(' ')
        }
        case 'created':
        case 'alive':
        case 'metrics':
        case 'result':
        case 'invoke_result':
        case 'start':
        case 'stop':
        case 'invoke':
          return undefined
      }
    }),
    filter((stage) => stage !== undefined),
  )
}

const liveStatus = (stage$: Observable<string>, taskId: string, clock: SchedulerLike): Observable<Shown> => {
  const seconds$ = interval(1000, clock).pipe(
    map((i) => i + 1),
    startWith(0),
  )
  return combineLatest([seconds$, stage$.pipe(startWith('waiting for its result'))]).pipe(
    map(([seconds, stage]) => ({
      type: 'status',
      text: `${safeLine(taskId, 40)}: ${stage} (${timeText(seconds * 1000)})`,
    })),
  )
}

/** Progress of a fetch for logs: at each quarter. */
const news = (message$: Observable<ChannelMessage>, image: string): Observable<Shown> =>
  defer(() => {
    const count = createFetchCount()
    return message$.pipe(
      filter((message) => message.type === 'chunk'),
      filter((chunk) => chunk.image === image),
      map(count),
      scan(
        (last, fetched) => ({
          fetched,
          step: Math.floor(percentOf(fetched) / NEWS_PERCENT),
          before: last.step,
        }),
        { fetched: { total: 0, chunks: 0, bytes: 0 }, step: -1, before: -1 },
      ),
      distinctUntilChanged((a, b) => a.step === b.step),
      map(({ fetched }) => note(fetching(image, fetched))),
    )
  })

const quiet = (message$: Observable<ChannelMessage>, clock: SchedulerLike): Observable<Shown> =>
  timer(QUIET_MS, clock).pipe(
    map(() => note(`no message from any proplet on this channel for ${QUIET_MS / 1000} s; is one running?`)),
    takeUntil(message$.pipe(filter((message) => 'propletId' in message && message.type !== 'start'))),
  )

/** What to report while waiting for a task: the progress of its fetch, its usage, or that there is no proplet. */
export const waiting = (
  message$: Observable<ChannelMessage>,
  waited: Waited,
  { clock, live }: WaitingDeps,
) => {
  const { taskId, image } = waited
  const progress$ = live
    ? liveStatus(stages(message$, waited), taskId, clock)
    : image === undefined
      ? EMPTY
      : news(message$, image)
  return merge(progress$, quiet(message$, clock))
}
