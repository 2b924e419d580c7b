import { catchError, concat, defer, map, merge, mergeMap, of, reduce, type Observable } from 'rxjs'
import type { Received, StartCommand } from '../../../model/command.js'
import type { Provided, Warning } from '../../../model/task-event.js'
import { attempts, type AttemptDeps } from './attempts.js'
import {
  COORDINATOR,
  DATA_STORE,
  EndpointError,
  endpointOf,
  MODEL_REGISTRY,
  neededEndpoint,
  ownVariable,
} from './endpoint.js'
import { modelVersionOf } from './round.js'
import { messageOf } from '../../../model/message-of.js'
import { roundOf, variableOf } from '../../../model/round.js'
import type { FederatedHttp, Endpoint, FederatedUrls } from '../../../model/federated.js'

export type PrepareDeps = AttemptDeps & {
  readonly propletId: string
  readonly urls: FederatedUrls
  readonly get: FederatedHttp['get']
}

type Start = Received<StartCommand>

const MAX_ROUND_ID = 256

/** A variable that is fetched for a task. */
type Wanted = { readonly variable: 'MODEL_DATA' | 'DATASET_DATA'; readonly what: string } & (
  | { readonly endpoint: Endpoint }
  /** It can't be fetched, and the task runs without it. */
  | { readonly problem: string }
)

export type Preparation =
  | Warning
  | Provided
  /** The last event: what to run. */
  | { readonly type: 'prepared'; readonly start: Start }

/** The environment of every task. */
export const withPropletId = (start: Start, propletId: string): Start =>
  variableOf(start.env, 'PROPLET_ID') === undefined
    ? { ...start, env: { ...start.env, PROPLET_ID: propletId } }
    : start

const MODEL = { variable: 'MODEL_DATA', what: 'the model' } as const
const DATASET = { variable: 'DATASET_DATA', what: 'the dataset' } as const

const modelOf = ({ env }: Start, urls: FederatedUrls): readonly Wanted[] => {
  const uri = variableOf(env, 'MODEL_URI')
  if (uri === undefined) return []
  return [{ ...MODEL, endpoint: neededEndpoint(MODEL_REGISTRY, env, urls, ['models', modelVersionOf(uri)]) }]
}

/** Tasks outside of rounds do not wait for a store that they did not name. */
const datasetOf = ({ env }: Start, urls: FederatedUrls): readonly Wanted[] => {
  if (roundOf(env) === undefined && ownVariable(DATA_STORE, env) === undefined) return []
  try {
    const endpoint = endpointOf(DATA_STORE, env, urls, ['datasets', variableOf(env, 'PROPLET_ID') ?? ''])
    return endpoint === undefined ? [] : [{ ...DATASET, endpoint }]
  } catch (error) {
    return [{ ...DATASET, problem: messageOf(error) }]
  }
}

/** The ID becomes part of a topic. */
const checkRoundId = (id: string): void => {
  if (id.length > MAX_ROUND_ID || /\p{Cc}/u.test(id))
    throw new EndpointError(
      `ROUND_ID: expected at most ${MAX_ROUND_ID} characters without control characters`,
    )
}

/** Throws an `EndpointError` if a required URL is missing. */
const wantedBy = (start: Start, urls: FederatedUrls): readonly Wanted[] => {
  const round = roundOf(start.env)
  if (round !== undefined) {
    checkRoundId(round.id)
    neededEndpoint(COORDINATOR, start.env, urls, ['update'])
  }
  return [...modelOf(start, urls), ...datasetOf(start, urls)]
}

type Fetched = {
  readonly events: readonly (Warning | Provided)[]
  readonly env: Readonly<Record<string, string>>
}

const NOTHING: Fetched = { events: [], env: {} }

/**
 * Fetches the model and the dataset of a task concurrently and adds them to its environment. A failed fetch is
 * a warning, and the task runs without it. Errors with an `EndpointError` if a required URL is missing.
 */
export const prepare = (deps: PrepareDeps) => {
  const failed = ({ what }: Wanted, problem: string): Fetched => ({
    events: [
      { type: 'warning', message: `${what} could not be fetched; running the task without it: ${problem}` },
    ],
    env: {},
  })
  const fetch = (wanted: Wanted): Observable<Fetched> => {
    if ('problem' in wanted) return of(failed(wanted, wanted.problem))
    const { endpoint, variable } = wanted
    return attempts(() => deps.get(endpoint), deps).pipe(
      map((text): Fetched => ({
        events: [{ type: 'provided', variable, from: endpoint.shown, length: text.length }],
        env: { [variable]: text },
      })),
      catchError((error: unknown) => of(failed(wanted, `${endpoint.shown}: ${messageOf(error)}`))),
    )
  }
  return {
    /** Whether there is something to fetch, or a reason not to run the task. */
    isNeeded: (start: Start): boolean =>
      ['ROUND_ID', 'MODEL_URI', ...DATA_STORE.variables].some(
        (name) => variableOf(start.env, name) !== undefined,
      ),
    prepare: (start: Start): Observable<Preparation> =>
      defer(() =>
        merge(...wantedBy(start, deps.urls).map(fetch)).pipe(
          reduce(
            (all: Fetched, { events, env }): Fetched => ({
              events: [...all.events, ...events],
              env: { ...all.env, ...env },
            }),
            NOTHING,
          ),
          mergeMap(({ events, env }) =>
            concat(
              of(...events),
              of<Preparation>({ type: 'prepared', start: { ...start, env: { ...start.env, ...env } } }),
            ),
          ),
        ),
      ),
  }
}
