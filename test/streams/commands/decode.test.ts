import { describe, it } from 'vitest'
import type { Decoded } from '../../../src/model/command.js'
import type { InboundMessage } from '../../../src/model/connection.js'
import { decode, type Arrived } from '../../../src/streams/commands/decode.js'
import { marbles } from '../../support/marbles.js'
import { bytes, text } from '../../support/model.js'

const message: InboundMessage = { subtopic: 'control/manager/start', payload: bytes('x') }

const decoder = ({ subtopic, payload }: InboundMessage): Decoded => ({
  type: 'rejected',
  subtopic,
  reason: text(payload),
  task: undefined,
})

const rejectedAt = (receivedAt: number): Arrived<Decoded> => ({
  type: 'rejected',
  subtopic: 'control/manager/start',
  reason: 'x',
  task: undefined,
  receivedAt,
  message,
})

describe('decode', () => {
  it(
    'stamps every decoded message with the time of its receipt',
    marbles((m) => {
      const source = m.hot('  -m--(mm)-|', { m: message })
      const subs = '           ^--------!'
      const expected = '       -a--(bb)-|'
      m.expect(source.pipe(decode({ decoder, clock: m.scheduler }))).toBeObservable(expected, {
        a: rejectedAt(1),
        b: rejectedAt(4),
      })
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'stays silent, completes and fails with its source',
    marbles((m) => {
      const stage = decode({ decoder, clock: m.scheduler })
      const never = m.cold<InboundMessage>('-')
      const empty = m.cold<InboundMessage>('|')
      const failing = m.cold<InboundMessage>('-#')
      m.expect(never.pipe(stage), '        ^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
      m.expect(empty.pipe(stage)).toBeObservable('  |')
      m.expect(empty).toHaveSubscriptions('        (^!)')
      m.expect(failing.pipe(stage)).toBeObservable('-#')
      m.expect(failing).toHaveSubscriptions('      ^!')
    }),
  )

  it(
    'unsubscribes from its source',
    marbles((m) => {
      const source = m.hot('  -m-m-m', { m: message })
      const subs = '           ^-!'
      const expected = '       -a---'
      m.expect(source.pipe(decode({ decoder, clock: m.scheduler })), subs).toBeObservable(expected, {
        a: rejectedAt(1),
      })
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )

  it(
    'fails, and unsubscribes from its source, if the decoder throws',
    marbles((m) => {
      const source = m.hot('  -m-m-', { m: message })
      const subs = '           ^!'
      const expected = '       -#'
      const broken = (): never => {
        throw new Error('broken decoder')
      }
      m.expect(source.pipe(decode({ decoder: broken, clock: m.scheduler }))).toBeObservable(
        expected,
        undefined,
        new Error('broken decoder'),
      )
      m.expect(source).toHaveSubscriptions(subs)
    }),
  )
})
