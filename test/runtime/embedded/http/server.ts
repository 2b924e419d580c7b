import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import {
  ReplaySubject,
  Subject,
  filter,
  firstValueFrom,
  lastValueFrom,
  map,
  take,
  toArray,
  type Observable,
} from 'rxjs'
import { onTestFinished } from 'vitest'
import type { Outcome } from '../../../../src/model/outcome.js'
import type { EmbeddedRuntime } from '../../../../src/runtime/embedded/embedded.js'
import type { HttpOptions } from '../../../../src/model/http-options.js'
import type { RunEvent, StopReason } from '../../../../src/model/runtime.js'
import { fixture, request, runtimeOfTest, type Task, type TestOptions } from '../harness.js'

export const http: HttpOptions = {
  host: '127.0.0.1',
  // Test files run concurrently.
  port: 18_000 + 200 * Number(process.env['VITEST_POOL_ID'] ?? 0),
  maxRequests: 100,
  maxChildren: 2,
  timeoutMs: 10_000,
  bodyMaxBytes: 1024 * 1024,
  graceMs: 5000,
}

export const component = (name: string) => fixture(`components/${name}`)

export type Served = {
  readonly runtime: EmbeddedRuntime
  readonly port: number
  readonly events$: Observable<RunEvent>
  readonly stop: (reason?: StopReason) => void
  readonly outcome: Promise<Outcome>
  readonly warning: (pattern: RegExp) => Promise<string>
}

/** Starts a component that serves HTTP, and stops it after the test. */
export async function serve(
  options: Partial<HttpOptions> = {},
  task: Partial<Task> = {},
  embedded: Partial<TestOptions> = {},
): Promise<Served> {
  const runtime = await runtimeOfTest({ ...embedded, http: { ...http, ...options } })
  return serveIn(runtime, task)
}

export async function serveIn(runtime: EmbeddedRuntime, task: Partial<Task> = {}): Promise<Served> {
  const stop$ = new Subject<StopReason>()
  const events$ = new ReplaySubject<RunEvent>()
  const running = runtime
    .run(request({ binary: component('http-server'), name: 'serve', ...task }), stop$)
    .subscribe(events$)
  onTestFinished(() => running.unsubscribe())
  const outcome = lastValueFrom(events$).then((event) => {
    if (event.type !== 'ended') throw new Error('a run that did not end')
    return event.outcome
  })
  const first = await firstValueFrom(
    events$.pipe(filter((event) => event.type === 'serving' || event.type === 'ended')),
  )
  if (first.type !== 'serving') throw new Error(`it does not serve: ${JSON.stringify(first)}`)
  return {
    runtime,
    port: first.port,
    events$,
    stop: (reason = 'stopped') => stop$.next(reason),
    outcome,
    warning: (pattern) =>
      firstValueFrom(
        events$.pipe(
          filter((event) => event.type === 'warning'),
          map(({ message }) => message),
          filter((message) => pattern.test(message)),
        ),
      ),
  }
}

/** The outcome of a task that should not serve. */
export const outcomeOf = async (runtime: EmbeddedRuntime, task: Partial<Task> = {}): Promise<Outcome> => {
  const events = await lastValueFrom(
    runtime
      .run(request({ binary: component('http-server'), name: 'serve', ...task }), new Subject<StopReason>())
      .pipe(take(10), toArray()),
  )
  const last = events.at(-1)
  if (last?.type !== 'ended') throw new Error(`a run that did not end: ${JSON.stringify(events)}`)
  return last.outcome
}

export type Response = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly trailers: NodeJS.Dict<string>
  readonly body: string
  readonly bytes: Buffer
}

type Ask = RequestOptions & { readonly body?: string | Uint8Array | AsyncIterable<string> }

/** Sends one request; rejects if the connection is aborted. */
export const ask = (port: number, path: string, { body, ...options }: Ask = {}): Promise<Response> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, ...options }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (data: Buffer) => pieces.push(data))
      response.on('error', reject)
      response.on('end', () => {
        const bytes = Buffer.concat(pieces)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          trailers: response.trailers,
          body: bytes.toString(),
          bytes,
        })
      })
    })
    sent.on('error', reject)
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      sent.end(body)
      return
    }
    void (async () => {
      for await (const piece of body) sent.write(piece)
      sent.end()
    })()
  })
