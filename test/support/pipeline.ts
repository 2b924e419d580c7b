import { EMPTY, filter, map, NEVER, of, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import type { Decoded } from '../../src/model/command.js'
import type { Download } from '../../src/model/download.js'
import type { Connection, InboundMessage } from '../../src/model/connection.js'
import {
  pipeline,
  type PipelineDeps,
  type PipelineInputs,
  type PipelineOutput,
  type PipelineSettings,
} from '../../src/streams/pipeline.js'
import type { RunEvent } from '../../src/model/runtime.js'
import { binary, bytes, chunk, invoke, start, stop, text } from './model.js'
import { fakeRuntime } from './runtime.js'

const settings: PipelineSettings = {
  propletId: 'p1',
  namespace: 'default',
  metadata: { os: 'linux' },
  heartbeatMetadata: false,
  heartbeatMs: 10_000,
  metricsMs: 0,
  resultHoldMs: 0,
  shutdownMs: 1000,
  maxTasks: 1,
  queueMax: 1,
  maxDaemons: 1,
  maxLatent: 2,
  maxLatentBytes: 1000,
  fetch: { ttlMs: 300, stallMs: 300, retryMs: 100, timeoutMs: 1000, maxBytes: 1000, maxTotalBytes: 10_000 },
  registry: 'proxy',
  download: { ttlMs: 300, stallMs: 100, timeoutMs: 1000, concurrent: 2 },
}

export const links: Record<string, Connection> = {
  u: { state: 'up', sessionPresent: false },
  d: { state: 'down', reason: 'broker away' },
}

/** A message that the decoder of `pipelineWith` looks up under `key`. */
const message = (key: string): InboundMessage => ({ subtopic: 'any', payload: bytes(key) })

const messages = (keys: readonly string[]): Record<string, InboundMessage> =>
  Object.fromEntries(keys.map((key) => [key, message(key)]))

/** A download that never makes progress. */
const idleDownload: Download = {
  shown: 'url',
  pinned: false,
  kept: of(undefined),
  attempt: NEVER,
  close: () => undefined,
}

type Given = {
  readonly runs?: Readonly<Record<string, Observable<RunEvent>>>
  readonly settings?: Partial<PipelineSettings>
  readonly deps?: Partial<PipelineDeps>
}

/** The whole pipeline with ports of the test. */
export const pipelineWith = (m: Context, { runs = {}, settings: own = {}, deps = {} }: Given = {}) => {
  // With endless heartbeats, a failing test would hang.
  m.scheduler.maxFrames = 10_000
  const unknown: Decoded = { type: 'rejected', subtopic: 'any', reason: 'unknown', task: undefined }
  return {
    values: messages(Object.keys(commands)),
    begin: (inputs: Partial<PipelineInputs> & Pick<PipelineInputs, 'message$'>): Observable<PipelineOutput> =>
      pipeline(
        { connection$: NEVER, stop$: NEVER, ...inputs },
        {
          settings: { ...settings, ...own },
          decoder: ({ payload }) => commands[text(payload)] ?? unknown,
          inline: (base64) => of(binary(base64)),
          cache: {
            byImage: () => of(undefined),
            put: (pieces) => of(binary(pieces.map(text).join(''))),
            hold: () => NEVER,
            evict: () => EMPTY,
          },
          openDownload: () => idleDownload,
          openSealedDownload: () => idleDownload,
          runtime: fakeRuntime((name) => runs[name] ?? NEVER, m.scheduler),
          federated: {
            urls: { modelRegistry: undefined, dataStore: undefined, coordinator: undefined },
            deadlineMs: 1000,
            random: () => 0,
            get: () => NEVER,
            post: () => NEVER,
            read: () => NEVER,
          },
          refuse: () => undefined,
          sample: () => of({}),
          taskSampler: undefined,
          streams: [],
          journal: undefined,
          onError: () => undefined,
          clock: m.scheduler,
          random: () => 0,
          ...deps,
        },
      ),
  }
}

/** Abbreviates an output: `subtopic payload` of a publication, `type id` of a task event. */
export const inShort = (output: PipelineOutput): string => {
  if (output.type === 'publish') {
    const { subtopic, payload } = output.publication
    return `${subtopic} ${JSON.stringify(payload)}`
  }
  const { event } = output
  return event.type === 'rejected' ? `rejected ${event.reason}` : `${event.type} ${event.id}`
}

const resultInShort = (id: string, results: string, error: string | null): string =>
  `control/proplet/results ${JSON.stringify({ task_id: id, proplet_id: 'p1', results, error })}`

const invokedInShort = (invocation: string, results: string, error: string | null): string =>
  `control/proplet/invoke_results ${JSON.stringify({ task_id: 'l', invocation_id: invocation, proplet_id: 'p1', results, error })}`

const aliveInShort = 'control/proplet/alive {"proplet_id":"p1","status":"alive","namespace":"default"}'

const createInShort =
  'control/proplet/create {"proplet_id":"p1","namespace":"default","metadata":{"os":"linux"}}'

const requestInShort = (image: string): string => `registry/proplet ${JSON.stringify({ app_name: image })}`

/** The publications, abbreviated. */
export const published = (output$: Observable<PipelineOutput>): Observable<string> =>
  output$.pipe(
    filter(({ type }) => type === 'publish'),
    map(inShort),
  )

/** Decoded messages, by their letter in marble diagrams. */
export const commands: Record<string, Decoded> = {
  s: start('t'),
  S: start('v', { name: 'second' }),
  T: start('w', { name: 'second' }),
  x: stop('t'),
  o: start('o', { propletId: 'p2' }),
  i: start('i', { source: { type: 'image', image: 'img' } }),
  j: start('j', { source: { type: 'image', image: 'img' } }),
  a: chunk('img', 0, 2, 'aa'),
  b: chunk('img', 1, 2, 'b'),
  k: stop('d'),
  D: start('d', { name: 'daemon', daemon: true }),
  l: start('l', { name: 'latent', latent: true }),
  L: start('l', { name: 'other', latent: true }),
  1: invoke('l', 'one'),
  2: invoke('l', 'two'),
  y: stop('l'),
  m: {
    type: 'rejected',
    subtopic: 'control/manager/invoke',
    reason: 'inputs: expected an array',
    task: { id: 'l', broadcast: false, propletId: 'p1', invocation: { id: 'bad' } },
  },
  // A refused command that names a task, one for another proplet, and a message that names none.
  r: {
    type: 'rejected',
    subtopic: 'control/manager/start',
    reason: 'name: expected a string',
    task: { id: 't', broadcast: false, propletId: 'p1' },
  },
  q: {
    type: 'rejected',
    subtopic: 'control/manager/start',
    reason: 'name: expected a string',
    task: { id: 't', broadcast: false, propletId: 'p2' },
  },
  n: { type: 'rejected', subtopic: 'registry/server', reason: 'no JSON', task: undefined },
}

/** Outputs, by their letter in marble diagrams. */
export const outputs = {
  c: createInShort,
  h: aliveInShort,
  f: requestInShort('img'),
  e: resultInShort('t', '30', null),
  E: resultInShort('v', '30', null),
  i: resultInShort('i', '30', null),
  j: resultInShort('j', '30', null),
  x: resultInShort('t', 'so far', 'task stopped'),
  X: resultInShort('t', '', 'task stopped'),
  r: resultInShort('t', '', 'command refused: name: expected a string'),
  o: resultInShort('t', 'so far', 'ended by the shutdown'),
  n: resultInShort('t', '', 'task not started: the proplet is shutting down'),
  N: resultInShort('v', '', 'task not started: the proplet is shutting down'),
  D: resultInShort('d', '', null),
  k: resultInShort('d', 'so far', 'task stopped'),
  1: invokedInShort('one', '30', null),
  2: invokedInShort('two', '30', null),
  3: invokedInShort('one', 'so far', 'task stopped'),
  4: invokedInShort('two', '', 'task not started: the proplet is shutting down'),
  5: invokedInShort('one', '', 'task l has not been precompiled; deploy it as a latent task first'),
  m: invokedInShort('bad', '', 'command refused: inputs: expected an array'),
  l: resultInShort('l', '', 'task stopped'),
  W: resultInShort('w', '', 'task refused: 2 tasks are running or waiting already'),
}
