import { EMPTY } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createFetchCount, isWhole, percentOf } from '../../../src/cli/client/fetched.js'
import type { ChannelMessage } from '../../../src/cli/client/channel-message.js'
import type { Shown } from '../../../src/cli/client/shown.js'
import { waiting } from '../../../src/cli/client/waiting.js'
import { marbles } from '../../support/marbles.js'

type Chunk = Extract<ChannelMessage, { type: 'chunk' }>

const chunk = (index: number, total = 4, image = 'img'): Chunk => ({
  type: 'chunk',
  image,
  index,
  total,
  bytes: 1000,
})
const alive: ChannelMessage = { type: 'alive', propletId: 'p', offline: false, software: '' }
const note = (text: string): Shown => ({ type: 'note', text })
const status = (text: string): Shown => ({ type: 'status', text })

describe('the count of chunks', () => {
  it('counts each once, and starts again after the last one and at another total', () => {
    const count = createFetchCount()
    expect([chunk(0), chunk(2), chunk(2), chunk(1)].map(count).at(-1)).toStrictEqual({
      total: 4,
      chunks: 3,
      bytes: 3000,
    })
    const whole = count(chunk(3))
    expect([isWhole(whole), percentOf(whole)]).toStrictEqual([true, 100])
    expect(count(chunk(0))).toStrictEqual({ total: 4, chunks: 1, bytes: 1000 })
    expect(count(chunk(0, 2))).toStrictEqual({ total: 2, chunks: 1, bytes: 1000 })
  })
})

describe('the progress shown while waiting for a task', () => {
  it(
    'in a log: each quarter of its fetch',
    marbles((m) => {
      const heard$ = m.hot<ChannelMessage>('  -abcd--x--e--|', {
        a: chunk(0),
        b: chunk(0, 4, 'other'),
        c: chunk(0),
        d: chunk(1),
        e: chunk(3),
        x: alive,
      })
      const told$ = waiting(heard$, { taskId: 't', image: 'img' }, { clock: m.scheduler, live: false })
      m.expect(told$).toBeObservable('-1--2-----3--|', {
        1: note('fetching img: 1 of 4 chunks, 25 %, 1.0 kB'),
        2: note('fetching img: 2 of 4 chunks, 50 %, 2.0 kB'),
        3: note('fetching img: 3 of 4 chunks, 75 %, 3.0 kB'),
      })
      m.expect(heard$).toHaveSubscriptions(['^------------!', '^------!'])
    }),
  )

  it(
    'a single warning if no proplet is there',
    marbles((m) => {
      const deps = { clock: m.scheduler, live: false }
      const quiet = note('no message from any proplet on this channel for 15 s; is one running?')
      m.expect(waiting(m.cold('-'), { taskId: 't' }, deps)).toBeObservable('15s (q|)', { q: quiet })
      const heard$ = m.cold<ChannelMessage>('--a', { a: alive })
      m.expect(waiting(heard$, { taskId: 't' }, deps)).toBeObservable('--|')
      m.expect(heard$).toHaveSubscriptions('^-!')
      m.expect(waiting(EMPTY, { taskId: 't' }, deps)).toBeObservable('15s (q|)', { q: quiet })
    }),
  )

  it(
    'on a terminal: each second, and news at once',
    marbles((m) => {
      const heard$ = m.cold<ChannelMessage>('a 1500ms b 999ms c', {
        a: { type: 'asked', image: 'img' },
        b: chunk(0),
        c: {
          type: 'task_metrics',
          taskId: 't\x1b',
          propletId: 'p',
          cpuPercent: 98.4,
          memoryBytes: 4_200_000,
        },
      })
      const told$ = waiting(heard$, { taskId: 't\x1b', image: 'img' }, { clock: m.scheduler, live: true })
      m.expect(told$, '^ 2900ms !').toBeObservable('(12) 996ms 3 500ms 4 498ms 5 500ms 6', {
        1: status('t\\u001b: waiting for its result (0.0 s)'),
        2: status('t\\u001b: fetching img: requested (0.0 s)'),
        3: status('t\\u001b: fetching img: requested (1.0 s)'),
        4: status('t\\u001b: fetching img: 1 of 4 chunks, 25 %, 1.0 kB (1.0 s)'),
        5: status('t\\u001b: fetching img: 1 of 4 chunks, 25 %, 1.0 kB (2.0 s)'),
        6: status('t\\u001b: running on p 98 % cpu 4.2 MB (2.0 s)'),
      })
    }),
  )

  it(
    'ends with an error of its source',
    marbles((m) => {
      const deps = { clock: m.scheduler, live: false }
      m.expect(waiting(m.cold('#'), { taskId: 't', image: 'i' }, deps)).toBeObservable('#')
    }),
  )
})
