import {
  concat,
  connect,
  defer,
  EMPTY,
  endWith,
  ignoreElements,
  map,
  merge,
  mergeMap,
  of,
  repeat,
  Subject,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
  type OperatorFunction,
  type SchedulerLike,
} from 'rxjs'
import type { Sent } from '../../model/span.js'

/**
 * What became of one batch. `lost` counts values dropped or refused since the last report.
 *
 * @example
 * ```ts
 * const isLossless = ({ lost }: BatchReport) => lost === 0
 * ```
 */
export type BatchReport = { readonly sent: Sent; readonly lost: number }

/**
 * How to send a batch, and the limits on what waits.
 *
 * @example
 * ```ts
 * const batchesDeps: BatchesDeps<Span> = {
 *   send: (batch) => of({ kind: 'taken', refused: batch.length - batch.length }),
 *   backoffMs: (failures) => 1000 * 2 ** failures,
 *   clock: asyncScheduler,
 *   maxBatch: 512,
 *   maxWaiting: 2048,
 *   everyMs: 5000,
 *   flushMs: 1000,
 * }
 * ```
 */
export type BatchesDeps<T> = {
  /** Emits once and completes, or errors. Unsubscribing cancels it. */
  readonly send: (batch: readonly T[]) => Observable<Sent>
  /** The delay after this many consecutive failures, in milliseconds. */
  readonly backoffMs: (failures: number) => number
  readonly clock: SchedulerLike
  readonly maxBatch: number
  /** Beyond this, the oldest are dropped. */
  readonly maxWaiting: number
  /** How long an incomplete batch waits, in milliseconds. */
  readonly everyMs: number
  /** How long the rest may take after the source has ended, in milliseconds. */
  readonly flushMs: number
}

/**
 * Sends values in batches, one at a time, and reports what became of each batch. When values arrive faster than they can be
 * sent, the oldest are lost. Completes after the source does, once everything is sent, sending fails, or `flushMs` have passed.
 *
 * @example
 * ```ts
 * const report$ = spans$.pipe(batches(batchesDeps))
 * ```
 */
export const batches = <T>(deps: BatchesDeps<T>): OperatorFunction<T, BatchReport> => {
  const { send, backoffMs, clock, maxBatch, maxWaiting, everyMs, flushMs } = deps
  return (source$) =>
    defer(() => {
      const full$ = new Subject<void>()
      let waiting: T[] = []
      let lost = 0
      let failures = 0
      let hasEnded = false

      const trim = () => {
        const surplus = waiting.length - maxWaiting
        if (surplus <= 0) return
        waiting.splice(0, surplus)
        lost += surplus
      }
      const take1 = (value: T) => {
        waiting.push(value)
        trim()
        if (waiting.length === maxBatch) full$.next()
      }
      const settle = (batch: readonly T[], sent: Sent): BatchReport => {
        failures = sent.kind === 'taken' ? 0 : failures + 1
        if (sent.kind === 'retry') {
          waiting = [...batch, ...waiting]
          trim()
        }
        if (sent.kind !== 'retry') lost += sent.kind === 'taken' ? sent.refused : batch.length
        const report = { sent, lost }
        lost = 0
        return report
      }
      const send1 = defer(() => {
        const batch = waiting.splice(0, maxBatch)
        return send(batch).pipe(map((sent) => settle(batch, sent)))
      })
      const pauseMs = ({ sent }: BatchReport): number => {
        if (sent.kind === 'taken') return 0
        return Math.max(sent.kind === 'retry' ? (sent.afterMs ?? 0) : 0, backoffMs(failures))
      }
      const turnsUntil = (end$: Observable<unknown>) => {
        const due$ = defer(() =>
          hasEnded || waiting.length >= maxBatch
            ? of(undefined)
            : merge(timer(everyMs, clock), full$, end$).pipe(take(1)),
        )
        const pauseAfter = (report: BatchReport): Observable<never> => {
          const ms = pauseMs(report)
          return ms === 0 || hasEnded ? EMPTY : timer(ms, clock).pipe(takeUntil(end$), ignoreElements())
        }
        return due$.pipe(
          mergeMap(() => (waiting.length === 0 ? EMPTY : send1)),
          mergeMap((report) => concat(of(report), pauseAfter(report))),
          repeat({ delay: () => (hasEnded && (waiting.length === 0 || failures > 0) ? EMPTY : of(true)) }),
        )
      }
      return source$.pipe(
        tap(take1),
        ignoreElements(),
        endWith(undefined),
        tap(() => (hasEnded = true)),
        connect((end$) => turnsUntil(end$).pipe(takeUntil(end$.pipe(mergeMap(() => timer(flushMs, clock)))))),
      )
    })
}
