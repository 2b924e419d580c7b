import { EMPTY, map, NEVER, timer, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import { describe, expect, it } from 'vitest'
import type { Publication } from '../../../src/model/publication.js'
import { telemetry, type Stream, type StreamInputs } from '../../../src/streams/background/telemetry.js'
import { marbles } from '../../support/marbles.js'
import { completed } from '../../support/model.js'

const publication = (subtopic: string): Publication => ({ subtopic, payload: {}, keep: 'latest' })

const publications = { a: publication('a'), b: publication('b') }

const inputsWith = (m: Context, over: Partial<StreamInputs> = {}): StreamInputs => ({
  command$: NEVER,
  outcome$: NEVER,
  task$: NEVER,
  connection$: NEVER,
  clock: m.scheduler,
  ...over,
})

describe('telemetry', () => {
  it(
    'merges what the streams publish, and ends when all have ended',
    marbles((m) => {
      const a = m.cold('     -a-a|', publications)
      const b = m.cold('     --b---|', publications)
      const aSubs = '        ^---!'
      const bSubs = '        ^-----!'
      const expected = '     -aba--|'
      const published$ = telemetry([() => a, () => b], inputsWith(m), () => undefined)
      m.expect(published$).toBeObservable(expected, publications)
      m.expect(a).toHaveSubscriptions(aSubs)
      m.expect(b).toHaveSubscriptions(bSubs)
    }),
  )

  it(
    'passes the inputs of the pipeline to each, including the clock',
    marbles((m) => {
      const outcome$ = m.hot('-o--', { o: { id: 'a', outcome: completed('') } })
      const subs = '          ^ 9ms !'
      const expected = '      -a---b'
      const byOutcome: Stream = (inputs) => inputs.outcome$.pipe(map(({ id }) => publication(id)))
      const byTime: Stream = ({ clock }) => timer(5, clock).pipe(map(() => publication('b')))
      const published$ = telemetry([byOutcome, byTime], inputsWith(m, { outcome$ }), () => undefined)
      m.expect(published$, subs).toBeObservable(expected, publications)
      m.expect(outcome$).toHaveSubscriptions(subs)
    }),
  )

  it(
    'reports by name a stream that fails, throws or returns none, and continues with the others',
    marbles((m) => {
      const good = m.cold('    -a---a|', publications)
      const failed = m.cold('  --b#', publications, new Error('failed'))
      const failedSubs = '     ^--!'
      const expected = '       -ab--a|'
      const throwing: Stream = () => {
        throw new Error('thrown')
      }
      const failing: Stream = () => failed
      // A caller without type checks may do this.
      const nothing = (() => undefined) as unknown as Stream
      const reported: unknown[] = []
      const published$ = telemetry([throwing, nothing, () => good, failing], inputsWith(m), (error, name) => {
        reported.push([name, error instanceof Error ? error.message : error])
      })
      m.expect(published$).toBeObservable(expected, publications)
      m.expect(failed).toHaveSubscriptions(failedSubs)
      m.flush()
      expect(reported).toStrictEqual([
        ['throwing', 'thrown'],
        ['nothing', expect.stringContaining("'undefined' where a stream was expected")],
        ['failing', 'failed'],
      ])
    }),
  )

  it(
    'completes at once without streams, and with empty streams',
    marbles((m) => {
      const none: Observable<Publication> = telemetry([], inputsWith(m), () => undefined)
      m.expect(none).toBeObservable('|')
      m.expect(telemetry([() => EMPTY], inputsWith(m), () => undefined)).toBeObservable('|')
    }),
  )

  it(
    'unsubscribes from the streams',
    marbles((m) => {
      const a = m.cold('-a-a-', publications)
      const subs = '    ^-!'
      m.expect(
        telemetry([() => a], inputsWith(m), () => undefined),
        subs,
      ).toBeObservable('-a', publications)
      m.expect(a).toHaveSubscriptions(subs)
    }),
  )
})
