import { expect, it } from 'vitest'
import { of, type Observable } from 'rxjs'
import type { Decoded } from '../../../src/model/command.js'
import type { InboundMessage } from '../../../src/model/connection.js'
import { REDELIVERY_MS } from '../../../src/streams/commands/dedupe.js'
import type { Arrived } from '../../../src/streams/commands/decode.js'
import { refuse, type Refused } from '../../../src/streams/commands/refuse.js'
import { marbles } from '../../support/marbles.js'
import { bytes, chunk, invoke, start, stop } from '../../support/model.js'

const message: InboundMessage = { subtopic: 's', payload: bytes('') }

const arrived = (decoded: Decoded, receivedAt = 0, from: InboundMessage = message): Arrived<Decoded> => ({
  ...decoded,
  receivedAt,
  message: from,
})

const FULL = { code: 'overloaded', reason: 'it is full' } as const

/** The stage, where starts of tasks that are not `known` find no room while `isFull`. */
const refusing = (isFull: () => boolean, known: readonly string[] = []) =>
  refuse({ isUnderWay: (id) => known.includes(id), whyFull: () => (isFull() ? FULL : undefined) })

const inShort = (each: Arrived<Decoded | Refused>): string => {
  if (each.type !== 'refused') return each.type
  return each.because === 'duplicate' ? 'duplicate' : `refused: ${each.because.reason}`
}

it(
  'refuses starts for which there is no room, and passes all else (issue 14.2)',
  marbles((m) => {
    const first = { ...start('a'), message }
    const values = {
      a: first,
      b: arrived(start('b'), 3),
      i: arrived(invoke('l', 'one')),
      x: arrived(stop('b')),
      c: arrived(chunk('image', 0, 1, 'data')),
    }
    const refused: Arrived<Refused> = {
      type: 'refused',
      command: first,
      because: FULL,
      receivedAt: 0,
      message,
    }
    const source = m.hot<Arrived<Decoded>>('-a-ixc-b-|', values)
    const subs = '                          ^--------!'
    const expected = '                      -R-ixc-b-|'
    m.expect(source.pipe(refusing(() => m.scheduler.now() < 7))).toBeObservable(expected, {
      ...values,
      R: refused,
    })
    m.expect(source).toHaveSubscriptions(subs)
  }),
)

const whatBecomesOf = (
  inputs: readonly Arrived<Decoded>[],
  { known, isFull = () => true }: { known?: readonly string[]; isFull?: () => boolean } = {},
): readonly string[] => {
  const stage = refusing(isFull, known)
  const outputs: string[] = []
  const input$: Observable<Arrived<Decoded>> = of(...inputs)
  input$.pipe(stage).subscribe((each) => outputs.push(inShort(each)))
  return outputs
}

it('passes starts of tasks that are under way, which are duplicates or wait for the end of what is stopped', () => {
  expect(whatBecomesOf([arrived(start('a')), arrived(start('b'))], { known: ['a'] })).toEqual([
    'start',
    'refused: it is full',
  ])
})

it('passes a start that comes again after its task has ended, since it is a duplicate', () => {
  const rooms = [true]
  const inputs = [
    arrived(start('a')),
    arrived(start('a'), REDELIVERY_MS - 1),
    arrived(start('a'), REDELIVERY_MS),
  ]
  const isFull = () => rooms.shift() === undefined
  expect(whatBecomesOf(inputs, { isFull })).toEqual(['start', 'start', 'refused: it is full'])
})

it('answers a start that is delivered twice once, even if there is room by then, and one that is sent again later', () => {
  const answers = [true]
  const inputs = [
    arrived(start('a')),
    arrived(start('a'), REDELIVERY_MS - 1),
    arrived(start('a'), REDELIVERY_MS),
  ]
  const isFull = () => answers.shift() ?? false
  expect(whatBecomesOf(inputs, { isFull })).toEqual(['refused: it is full', 'duplicate', 'start'])
})

it('answers another order with the ID of one that was just refused', () => {
  const other = start('a', { name: 'other' })
  const inputs = [arrived(start('a')), arrived(other, 1), arrived(other, 2), arrived(start('a'), 3)]
  expect(whatBecomesOf(inputs)).toEqual([
    'refused: it is full',
    'refused: it is full',
    'duplicate',
    'refused: it is full',
  ])
})

it('forgets a refusal when the task is stopped', () => {
  const inputs = [arrived(start('a')), arrived(stop('a')), arrived(start('a'))]
  expect(whatBecomesOf(inputs)).toEqual(['refused: it is full', 'stop', 'refused: it is full'])
})

it('passes what an earlier process has on record', () => {
  expect(whatBecomesOf([arrived(start('a'), 0, { ...message, sequence: 7 })])).toEqual(['start'])
})

it('forgets starts in time also when the clock is set back', () => {
  const inputs = [arrived(start('a'), 3_600_000), arrived(start('b'), 0), arrived(start('a'), 1)]
  expect(whatBecomesOf(inputs)).toEqual(Array.from({ length: 3 }, () => 'refused: it is full'))
})
