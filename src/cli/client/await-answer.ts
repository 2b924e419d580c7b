import {
  asyncScheduler,
  concat,
  filter,
  map,
  merge,
  mergeMap,
  share,
  take,
  takeUntil,
  throwError,
} from 'rxjs'
import { timeout, type Observable } from 'rxjs'
import type { Publication } from '../../model/publication.js'
import type { MqttLink } from '../../io/mqtt/index.js'
import { EXIT } from '../output/exits.js'
import { CommandFailure } from './failure.js'
import { parseChannelMessage, type ChannelMessage } from './channel-message.js'
import { deliver, type Topics } from './link.js'
import { note, type Shown } from './shown.js'
import { timeText } from './units.js'
import { waiting, type Waited } from './waiting.js'

const TOLD_TOPICS = ['control/proplet/alive', 'control/proplet/task_metrics'] as const
const FETCH_TOPICS = ['registry/proplet', 'registry/server'] as const

/**
 * Subscriptions for an answer on `topic`; those for chunks only if an image is fetched, because they contain all of it.
 */
export const answerTopics = (topic: string, image?: string): Topics => ({
  needed: [topic],
  optional: [...TOLD_TOPICS, ...(image === undefined ? [] : FETCH_TOPICS)],
})

export type Question<A> = {
  readonly publication: Publication
  readonly waited: Waited
  readonly isAnswer: (message: ChannelMessage) => message is ChannelMessage & A
  readonly show: (answer: A) => readonly Shown[]
  /** Milliseconds; undefined for no limit. */
  readonly withinMs: number | undefined
  readonly live: boolean
}

const LOST =
  'the connection to the broker was lost; reconnecting. An answer that arrives in the meantime is missed'

/** Sends a command and waits for the answer, reporting progress. */
export const askAndWait = <A>(
  link: MqttLink,
  { publication, waited, isAnswer, show, withinMs, live }: Question<A>,
): Observable<Shown> => {
  const message$ = link.messages$.pipe(
    map(parseChannelMessage),
    filter((message) => message !== undefined),
    share(),
  )
  const answer$ = message$.pipe(filter(isAnswer), take(1), share())
  const limited$ =
    withinMs === undefined
      ? answer$
      : answer$.pipe(
          timeout({
            first: withinMs,
            with: () =>
              throwError(() => new CommandFailure(EXIT.timeout, `no answer within ${timeText(withinMs)}`)),
          }),
        )
  const lost$ = link.connection$.pipe(
    filter(({ state }) => state === 'down'),
    map(() => note(LOST)),
  )
  const deps = { clock: asyncScheduler, live }
  return merge(
    limited$.pipe(mergeMap(show)),
    merge(waiting(message$, waited, deps), lost$).pipe(takeUntil(answer$)),
    deliver(link, publication),
  )
}

/** Sends a command without waiting for an answer. */
export const tell = (link: MqttLink, publication: Publication, then$: Observable<Shown>): Observable<Shown> =>
  concat(deliver(link, publication), then$)
