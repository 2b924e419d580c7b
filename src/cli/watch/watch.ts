import { asyncScheduler, combineLatest, concat, filter, ignoreElements, map, merge, of, skip } from 'rxjs'
import { switchMap, takeUntil, takeWhile, tap, type Observable } from 'rxjs'
import { describeAddress } from '../../io/mqtt/transport.js'
import type { MqttLink } from '../../io/mqtt/index.js'
import { loadedChannel } from '../client/channel.js'
import { carryOut, type Plan } from '../client/command.js'
import { parseChannelMessage, type ChannelMessage } from '../client/channel-message.js'
import { note, result, type Shown } from '../client/shown.js'
import { styleFor } from '../client/style.js'
import type { Words } from '../commands/parse.js'
import { watchJson, watchLines } from './lines.js'
import { render } from './render.js'
import { openScreen } from './screen.js'
import { watchView } from './view.js'

/** Every subscription is optional. */
const TOPICS = {
  needed: ['control/proplet/alive'],
  optional: [
    'control/proplet/create',
    'control/proplet/metrics',
    'control/proplet/task_metrics',
    'control/proplet/results',
    'control/proplet/invoke_results',
    'control/manager/start',
    'control/manager/stop',
    'control/manager/invoke',
    'registry/proplet',
    'registry/server',
  ],
}

const CAPS = { proplets: 500, tasks: 1000, fetches: 100 }
const FRAME_MS = 200
const TICK_MS = 1000

const heardOn = (link: MqttLink): Observable<ChannelMessage> =>
  link.messages$.pipe(
    map(parseChannelMessage),
    filter((message) => message !== undefined),
  )

const table = (link: MqttLink, title: string, host: NodeJS.Process): Observable<never> => {
  const style = styleFor(host.stdout, host.env)
  const deps = { clock: asyncScheduler, caps: CAPS, frameMs: FRAME_MS, tickMs: TICK_MS }
  return openScreen(host).pipe(
    switchMap(({ size$, quit$, draw }) =>
      concat(
        combineLatest([watchView(heardOn(link), link.connection$, deps), size$]).pipe(
          tap(([view, size]) => draw(render(view, { title, style, size }))),
          map(() => 'drawn'),
          takeUntil(quit$),
        ),
        of('quit'),
      ),
    ),
    takeWhile((what) => what !== 'quit'),
    ignoreElements(),
  )
}

const lines = (link: MqttLink, json: boolean): Observable<Shown> => {
  const text$ = (json ? watchJson : watchLines)(heardOn(link), asyncScheduler)
  const link$ = link.connection$.pipe(
    skip(1),
    map((connection) =>
      note(
        connection.state === 'up' ? 'connected to the broker again' : `not connected: ${connection.reason}`,
      ),
    ),
  )
  return merge(text$.pipe(map(result)), link$)
}

const plan = (words: Words, host: NodeJS.Process): Plan => {
  const { config, warnings, open } = loadedChannel(words, host)
  const json = words.on.has('json')
  const { identity, mqtt } = config
  const title = `m/${identity.domainId}/c/${identity.channelId} at ${describeAddress(mqtt.address)}`
  const isTable = host.stdout.isTTY && !json && host.env['TERM'] !== 'dumb'
  return {
    warnings,
    shown$: open(TOPICS, (link) => (isTable ? table(link, title, host) : lines(link, json))),
  }
}

/** `proplet watch`: a table on a terminal, otherwise lines, until it is ended; returns the exit code. */
export const watch = (words: Words, host: NodeJS.Process): Promise<number> =>
  carryOut(() => plan(words, host), host)
