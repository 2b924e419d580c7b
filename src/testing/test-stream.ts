import { deepStrictEqual } from 'node:assert/strict'
import { merge, NEVER, share, type Observable, type SchedulerLike } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import type { Publication } from '../model/publication.js'
import type { Stream, StreamInputs } from '../streams/background/telemetry.js'
import { ofType } from '../streams/operators/of-type.js'

/**
 * The inputs of a stream under test; those left out never emit. `ended` events of `task$` appear in `outcome$` too.
 *
 * @example
 * ```ts
 * const inputs: InputsOfTest = { connection$: of(connected()) }
 * ```
 */
export type InputsOfTest = Partial<Omit<StreamInputs, 'clock'>>

type MakeObservable = <T>(
  marbles: string,
  values?: Readonly<Record<string, T>>,
  error?: unknown,
) => Observable<T>

/**
 * What the body of a test works with. One frame of marbles is one millisecond of virtual time.
 *
 * @example
 * ```ts
 * const silent = ({ cold, expectPublications }: StreamTest) => {
 *   const stream: Stream = () => cold('-')
 *   expectPublications(stream).toBe('-')
 * }
 * testStream(silent)
 * ```
 */
export type StreamTest = {
  /** An input that emits at fixed times, whoever listens. */
  readonly hot: MakeObservable
  /** An input that begins anew for each subscriber, such as the answer of a sensor. */
  readonly cold: MakeObservable
  /** Virtual time, as the stream is given it. */
  readonly clock: SchedulerLike
  /**
   * Subscribes the stream when virtual time begins and ends it as a proplet does when it stops, after `until`, a time
   * of marbles such as `12s` (default `60s`). `toBe` says which publications are expected, and when.
   */
  readonly expectPublications: (
    stream: Stream,
    inputs?: InputsOfTest,
    options?: { readonly until?: string },
  ) => {
    readonly toBe: (marbles: string, values?: Readonly<Record<string, Publication>>, error?: unknown) => void
  }
}

/**
 * How a test compares what it got with what it expected.
 *
 * @example
 * ```ts
 * const options: TestOptions = { assertEqual: (actual, expected) => expect(actual).toStrictEqual(expected) }
 * ```
 */
export type TestOptions = {
  /** Throws unless both are deeply equal; by default `deepStrictEqual` of `node:assert/strict`. */
  readonly assertEqual?: (actual: unknown, expected: unknown) => void
}

/**
 * Runs a marble test of a stream of one's own: without waiting, deterministic, in any test runner. Throws what
 * `assertEqual` throws when publications or their times differ from those expected.
 *
 * @example
 * ```ts
 * it('reports each loss of the link', () => {
 *   const losses: Stream = ({ connection$ }) =>
 *     connection$.pipe(
 *       filter(({ state }) => state === 'down'),
 *       map(() => ({ subtopic: 'telemetry/losses', payload: {}, keep: 'all' })),
 *     )
 *   testStream(({ hot, expectPublications }) => {
 *     const connection$ = hot('-u-d-u', { u: connected(), d: disconnected('keepalive') })
 *     expectPublications(losses, { connection$ }).toBe('---p', {
 *       p: { subtopic: 'telemetry/losses', payload: {}, keep: 'all' },
 *     })
 *   })
 * })
 * ```
 */
export const testStream = (
  body: (test: StreamTest) => void,
  { assertEqual = deepStrictEqual }: TestOptions = {},
): void => {
  const scheduler = new TestScheduler(assertEqual)
  scheduler.run(({ hot, cold, expectObservable }) =>
    body({
      hot,
      cold,
      clock: scheduler,
      expectPublications: (stream, inputs = {}, { until = '60s' } = {}) => {
        const stream$ = stream(whole(inputs, scheduler))
        return {
          toBe: (marbles, values, error) =>
            expectObservable(stream$, `${until} !`).toBe(marbles, values, error),
        }
      },
    }),
  )
}

const whole = (inputs: InputsOfTest, clock: SchedulerLike): StreamInputs => {
  const { command$ = NEVER, outcome$ = NEVER, task$: source$ = NEVER, connection$ = NEVER } = inputs
  const task$ = source$.pipe(share())
  return { command$, outcome$: merge(outcome$, task$.pipe(ofType('ended'))), task$, connection$, clock }
}
