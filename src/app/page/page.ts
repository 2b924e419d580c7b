import type { IncomingMessage, ServerResponse } from 'node:http'
import { availableParallelism } from 'node:os'
import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  finalize,
  map,
  merge,
  mergeMap,
  Subject,
  type Observable,
} from 'rxjs'
import type { Command } from '../../model/command.js'
import type { Runtime } from '../../model/runtime.js'
import { createView, type View, type ViewLimits } from '../../streams/observe/view/view.js'
import type { Facts } from '../../model/view.js'
import type { Config, PageConfig } from '../../io/config/config.js'
import type { Logger } from '../../io/log/log.js'
import { answerJson } from '../../io/ops/server/answer.js'
import type { OpsPart } from '../../io/ops/server/part.js'
import type { OpsRoute } from '../../io/ops/server/router.js'
import { packageVersion } from '../../host/version.js'
import { loadAssets, type Asset } from '../../io/page/assets.js'
import { serveFile } from '../../io/page/files.js'
import { isForeign, isKnownHost } from '../../io/page/headers.js'
import { createEncoder, encodeDetail } from '../../io/page/messages.js'
import { createSampler } from '../sampling/sampler.js'
import { isReady, sendEvents } from '../../io/page/sse.js'
import { createStop } from '../../io/page/stop.js'

const LIMITS: ViewLimits = {
  maxEnded: 100,
  tailBytes: 64 * 1024,
  tailsBytes: 16 * 1024 * 1024,
  latencies: 512,
  windowMs: 5 * 60_000,
  stallMs: 30_000,
}

/** Concurrent event streams; an open page uses one, or two while it shows a task. */
const MAX_STREAMS = 16

/** Answers a request from the view; emits commands. */
type Ask = (view: View) => Observable<Command>

const now = (): number => performance.now()

const factsOf = (
  config: Config,
  { token }: PageConfig,
  runtime: Pick<Runtime, 'name'>,
  assets: string,
): Facts => {
  const { transport, host, port } = config.mqtt.address
  return {
    propletId: config.identity.clientId,
    namespace: config.metadata.namespace,
    broker: `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    runtime: runtime.name,
    version: packageVersion().version,
    node: process.version,
    cores: availableParallelism(),
    maxTasks: config.limits.maxTasks,
    queueMax: config.limits.queueMax,
    // Time on this clock starts with the process.
    startedAt: 0,
    actions: token !== undefined,
    assets,
  }
}

/** The status page: its files, its event streams, and the stop button. */
export const openPage = async (config: Config, page: PageConfig, log: Logger): Promise<OpsPart> => {
  const { files, hash } = await loadAssets()
  const asks = new Subject<Ask>()
  const stop = createStop({ propletId: config.identity.clientId, token: page.token, log })
  const encode = createEncoder()
  let streams = 0

  const guarded =
    (handle: OpsRoute['handle']): OpsRoute['handle'] =>
    (request, response, url) => {
      if (!isKnownHost(request.headers.host, page.hosts))
        answerJson(
          response,
          { error: 'this server has no such name; PROPLET_UI_HOSTS lists more names' },
          421,
        )
      else handle(request, response, url)
    }
  const own = (handle: OpsRoute['handle']): OpsRoute['handle'] =>
    guarded((request, response, url) => {
      if (isForeign(request, page.hosts))
        answerJson(response, { error: 'the request does not come from this page' }, 403)
      else handle(request, response, url)
    })
  const file = (path: string, asset: Asset): OpsRoute => ({
    method: 'GET',
    path,
    handle: guarded((request, response) => serveFile(request, response, asset)),
  })

  const stream = (
    request: IncomingMessage,
    response: ServerResponse,
    text$: (view: View) => Observable<string>,
  ) => {
    if (request.method === 'HEAD') {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).end()
      return
    }
    if (streams >= MAX_STREAMS || !asks.observed) {
      response.setHeader('retry-after', '5')
      answerJson(response, { error: 'too many status pages are open' }, 503)
      return
    }
    asks.next((view) =>
      defer(() => {
        streams += 1
        return sendEvents(response, text$(view))
      }).pipe(finalize(() => (streams -= 1))),
    )
  }

  const events: OpsRoute = {
    method: 'GET',
    path: '/ui/events',
    handle: own((request, response) =>
      stream(request, response, (view) => view.watch(() => isReady(response)).pipe(map(encode))),
    ),
  }
  const task: OpsRoute = {
    method: 'GET',
    path: '/ui/task',
    handle: own((request, response, url) => {
      const key = Number(url.searchParams.get('key') ?? NaN)
      stream(request, response, (view) => view.detail(key, () => isReady(response)).pipe(map(encodeDetail)))
    }),
  }
  const stopping: OpsRoute = {
    method: 'POST',
    path: '/ui/stop',
    handle: own((request, response) => asks.next((view) => stop(request, response, view))),
  }

  const report = (error: unknown) => {
    log.error({ err: error }, 'The status page failed to answer')
    return EMPTY
  }
  const entries = [...files].map(([name, asset]) => file(name === 'index.html' ? '/' : `/ui/${name}`, asset))
  return {
    routes: [...entries, events, task, stopping],
    watch: ({ task$, step$, resultDelivery$, connection$, runtime }) =>
      defer(() => {
        const view = createView({
          facts: factsOf(config, page, runtime, hash),
          sampler: createSampler(runtime),
          limits: LIMITS,
          now,
          onError: report,
          clock: asyncScheduler,
        })
        const answered$ = asks.pipe(mergeMap((ask) => defer(() => ask(view)).pipe(catchError(report))))
        return merge(view.follow({ task$, step$, resultDelivery$, connection$ }), answered$)
      }),
  }
}
