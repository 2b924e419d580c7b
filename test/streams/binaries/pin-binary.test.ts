import { describe, expect, it } from 'vitest'
import type { Binary } from '../../../src/model/binary.js'
import type { TaskEvent } from '../../../src/model/task-event.js'
import { pinBinary } from '../../../src/streams/binaries/pin-binary.js'
import { marbles } from '../../support/marbles.js'
import { binary, completed, endOf, failed } from '../../support/model.js'

const onDisk: Binary = { digest: 'sha256:d', size: 1, content: { path: '/cache/d' } }

const values: Record<string, TaskEvent> = {
  r: { type: 'running', id: 't' },
  s: { type: 'started', id: 't', compileMs: 1 },
  c: endOf('t', completed('30')),
  f: endOf('t', failed('binary', 'damaged')),
  x: endOf('t', failed('trap', 'unreachable')),
}

describe('pinBinary', () => {
  it(
    'keeps the file from the time the task waits until it has ended',
    marbles((m) => {
      const run = m.cold('     ---r-s--(c|)', values)
      const held = m.cold<never>('-')
      const evicted = m.cold<never>('|')
      const expected = '       ---r-s--(c|)'
      m.expect(pinBinary({ cache: { hold: () => held, evict: () => evicted } })(onDisk, run)).toBeObservable(
        expected,
        values,
      )
      m.expect(run).toHaveSubscriptions('  ^-------!')
      m.expect(held).toHaveSubscriptions(' ^-------!')
      m.expect(evicted).toHaveSubscriptions([])
    }),
  )

  it(
    'releases the file if the task ends before it starts, and on unsubscription',
    marbles((m) => {
      const ended = m.cold('   -(x|)', values)
      const left = m.cold('    r----', values)
      const held = m.cold<never>('-')
      const stage = pinBinary({ cache: { hold: () => held, evict: () => m.cold<never>('|') } })
      m.expect(stage(onDisk, ended)).toBeObservable('-(x|)', values)
      m.expect(stage(onDisk, left), '^--!').toBeObservable('r---', values)
      m.expect(held).toHaveSubscriptions(['^!', '^--!'])
      m.expect(left).toHaveSubscriptions('^--!')
    }),
  )

  it(
    'forgets an unusable file before the task ends',
    marbles((m) => {
      const digests: string[] = []
      const run = m.cold('  r-(f|)', values)
      const evicted = m.cold<never>('--|')
      const evict = (digest: string) => {
        digests.push(digest)
        return evicted
      }
      m.expect(pinBinary({ cache: { hold: () => m.cold<never>('-'), evict } })(onDisk, run)).toBeObservable(
        '                  r---(f|)',
        values,
      )
      m.expect(evicted).toHaveSubscriptions('--^-!')
      m.flush()
      expect(digests).toStrictEqual(['sha256:d'])
    }),
  )

  it(
    'does nothing for a binary in memory',
    marbles((m) => {
      const run = m.cold('r-(f|)', values)
      const unused = m.cold<never>('-')
      const stage = pinBinary({ cache: { hold: () => unused, evict: () => unused } })
      m.expect(stage(binary('m'), run)).toBeObservable('r-(f|)', values)
      m.expect(unused).toHaveSubscriptions([])
    }),
  )
})
