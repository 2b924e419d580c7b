import { describe, expect, it } from 'vitest'
import type { Decoded, Received } from '../../src/model/command.js'
import type { InboundMessage } from '../../src/model/connection.js'
import type { TaskEvent } from '../../src/model/task-event.js'
import type { Arrived } from '../../src/streams/commands/decode.js'
import { record } from '../../src/streams/commands/record.js'
import { closeCommands, omitRerun, recordResults } from '../../src/streams/results/record.js'
import { answerInterrupted } from '../../src/streams/results/answer-interrupted.js'
import { marbles } from '../support/marbles.js'
import {
  bytes,
  chunk,
  completed,
  endOf,
  failed,
  invoke,
  ofInvocation,
  start,
  stop,
  stopped,
} from '../support/model.js'
import type { Result } from '../../src/model/result.js'
import type { Unfinished, TaskJournal } from '../../src/model/journal.js'

type Call = string

/** A journal that numbers commands, and lists its calls. */
const fakeJournal = (of: Partial<TaskJournal> = {}) => {
  const calls: Call[] = []
  let last = 0
  const journal: TaskJournal = {
    unfinished: [],
    record: (command) => {
      last += 1
      calls.push(`take ${command.type}`)
      return command.type === 'stop' ? undefined : last
    },
    refuse: () => {
      last += 1
      calls.push('refuse')
      return last
    },
    begin: (sequence) => calls.push(`begin ${sequence}`),
    rerun: (sequence) => calls.push(`rerun ${sequence}`),
    recordResult: ({ sequence, publication }) => {
      calls.push(`keep ${sequence ?? '-'}`)
      return { ...publication, sequence: 7 }
    },
    close: (sequence) => calls.push(`close ${sequence}`),
    runsAgain: () => false,
    ...of,
  }
  return { journal, calls }
}

const message = (of: Partial<InboundMessage> = {}): InboundMessage => ({
  subtopic: 's',
  payload: bytes(''),
  ...of,
})

const arrived = (decoded: Received<Decoded>, of: Partial<InboundMessage> = {}): Arrived<Decoded> => ({
  ...decoded,
  message: message(of),
})

const bad: Received<Decoded> = {
  type: 'rejected',
  subtopic: 's',
  reason: 'r',
  task: undefined,
  receivedAt: 0,
}
const refused: Received<Decoded> = { ...bad, task: { id: 't', broadcast: false, propletId: undefined } }
const aChunk: Received<Decoded> = { ...chunk('img', 0, 1, 'x'), receivedAt: 0 }

describe('record', () => {
  it(
    'records commands to run or answer, with their sequence numbers, but not chunks or messages without a task',
    marbles((m) => {
      const { journal, calls } = fakeJournal()
      const source = m.hot('s-x-i-r-c-b-|', {
        s: arrived(start('t')),
        x: arrived(stop('t')),
        i: arrived(invoke('t', 'i')),
        r: arrived(refused),
        c: arrived(aChunk),
        b: arrived(bad),
      })
      m.expect(source.pipe(record(journal))).toBeObservable('s-x-i-r-c-b-|', {
        s: { ...start('t'), sequence: 1 },
        x: stop('t'),
        i: { ...invoke('t', 'i'), sequence: 3 },
        r: { ...refused, sequence: 4 },
        c: aChunk,
        b: bad,
      })
      m.expect(source).toHaveSubscriptions('^-----------!')
      m.flush()
      expect(calls).toEqual(['take start', 'take stop', 'take invoke', 'take rejected'])
    }),
  )

  it(
    'continues with a command that could not be recorded, without a number',
    marbles((m) => {
      const { journal } = fakeJournal({ record: () => undefined })
      const source = m.hot('s|', { s: arrived(start('t')) })
      m.expect(source.pipe(record(journal))).toBeObservable('s|', { s: start('t') })
    }),
  )

  it(
    'records that a recovered command runs again, under its number',
    marbles((m) => {
      const { journal, calls } = fakeJournal()
      const source = m.hot('s|', { s: arrived(start('t'), { sequence: 42 }) })
      m.expect(source.pipe(record(journal))).toBeObservable('s|', { s: { ...start('t'), sequence: 42 } })
      m.flush()
      expect(calls).toEqual(['rerun 42'])
    }),
  )

  it(
    'only removes the message without a journal; stays silent, completes and fails with its source',
    marbles((m) => {
      const source = m.hot('s-#', { s: arrived(start('t')) })
      m.expect(source.pipe(record(undefined))).toBeObservable('s-#', { s: start('t') })
      m.expect(m.cold<Arrived<Decoded>>('|').pipe(record(undefined))).toBeObservable('|')
      const never = m.cold<Arrived<Decoded>>('-')
      m.expect(never.pipe(record(undefined)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
    }),
  )
})

describe('recordResults', () => {
  const result: Result = {
    id: 't',
    receivedAt: 0,
    sequence: 3,
    publication: { subtopic: 's', payload: {}, keep: 'all' },
  }

  it(
    'records each result before it passes it on',
    marbles((m) => {
      const { journal, calls } = fakeJournal()
      const source = m.hot('r-r-|', { r: result })
      m.expect(source.pipe(recordResults(journal))).toBeObservable('r-r-|', {
        r: { ...result, publication: { ...result.publication, sequence: 7 } },
      })
      m.expect(source).toHaveSubscriptions('^---!')
      m.flush()
      expect(calls).toEqual(['keep 3', 'keep 3'])
    }),
  )

  it(
    'does nothing without a journal; stays silent, completes and fails with its source',
    marbles((m) => {
      m.expect(m.hot('r-#', { r: result }).pipe(recordResults(undefined))).toBeObservable('r-#', {
        r: result,
      })
      m.expect(m.cold<Result>('|').pipe(recordResults(undefined))).toBeObservable('|')
      const never = m.cold<Result>('-')
      m.expect(never.pipe(recordResults(undefined)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
    }),
  )
})

describe('closeCommands', () => {
  it(
    'closes commands without a further result, and no others; emits nothing',
    marbles((m) => {
      const { journal, calls } = fakeJournal()
      const events: Record<string, TaskEvent> = {
        d: { type: 'duplicate', id: 't', sequence: 1 },
        r: { type: 'replaced', id: 't', sequence: 2 },
        a: { ...endOf('t', completed(''), { announced: true }), sequence: 3 },
        s: { ...endOf('t', stopped(), { announced: true }), sequence: 7 },
        i: ofInvocation('t', 'i', { type: 'duplicate', sequence: 4 }),
        // A result follows these, or they are not in the journal.
        c: { ...endOf('t', completed('')), sequence: 5 },
        f: { ...endOf('t', failed('exit', 'x'), { announced: true }), sequence: 6 },
        n: { type: 'duplicate', id: 't' },
        p: { type: 'precompiled', id: 't' },
      }
      const source = m.hot('d-r-a-s-i-c-f-n-p-|', events)
      m.expect(source.pipe(closeCommands(journal))).toBeObservable('------------------|')
      m.expect(source).toHaveSubscriptions('^-----------------!')
      m.flush()
      expect(calls).toEqual(['close 1', 'close 2', 'close 3', 'close 7', 'close 4'])
    }),
  )

  it(
    'stays silent, completes and fails with its source, with a journal and without',
    marbles((m) => {
      const d: TaskEvent = { type: 'duplicate', id: 't', sequence: 1 }
      m.expect(m.hot('d-#', { d }).pipe(closeCommands(undefined))).toBeObservable('--#')
      m.expect(m.cold<TaskEvent>('|').pipe(closeCommands(undefined))).toBeObservable('|')
      const never = m.cold<TaskEvent>('-')
      m.expect(never.pipe(closeCommands(fakeJournal().journal)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
    }),
  )
})

describe('omitRerun', () => {
  const shutdown = failed('shutdown', 'interrupted by the shutdown of the proplet')
  const events: Record<string, TaskEvent> = {
    p: { ...endOf('again', shutdown), sequence: 1 },
    q: { ...endOf('once', shutdown), sequence: 2 },
    f: { ...endOf('again', failed('exit', 'x')), sequence: 1 },
    c: { ...endOf('again', completed('')), sequence: 1 },
    n: endOf('unknown', shutdown),
    r: { type: 'running', id: 'again' },
  }

  it(
    'omits only the end of tasks that the next process runs again',
    marbles((m) => {
      const { journal } = fakeJournal({ runsAgain: (sequence) => sequence === 1 })
      const source = m.hot('p-q-f-c-n-r-|', events)
      m.expect(source.pipe(omitRerun(journal))).toBeObservable('--q-f-c-n-r-|', events)
      m.expect(source).toHaveSubscriptions('^-----------!')
    }),
  )

  it(
    'omits nothing without a journal; stays silent, completes and fails with its source',
    marbles((m) => {
      m.expect(m.hot('p-#', events).pipe(omitRerun(undefined))).toBeObservable('p-#', events)
      m.expect(m.cold<TaskEvent>('|').pipe(omitRerun(undefined))).toBeObservable('|')
      const never = m.cold<TaskEvent>('-')
      m.expect(never.pipe(omitRerun(undefined)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
    }),
  )
})

describe('answerInterrupted', () => {
  type Interrupted = Extract<Unfinished, { type: 'interrupted' }>
  const left = (of: Partial<Interrupted> = {}): Interrupted => ({
    type: 'interrupted',
    sequence: 3,
    id: 't',
    invocation: undefined,
    isStopped: false,
    ...of,
  })
  const interrupted = failed('interrupted', 'interrupted by a restart of the proplet')

  it(
    'answers each command in its own way',
    marbles((m) => {
      const source = m.hot('t-s-i-|', {
        t: left(),
        s: left({ isStopped: true }),
        i: left({ invocation: { id: 'i' } }),
      })
      m.expect(source.pipe(answerInterrupted(m.scheduler))).toBeObservable('t-s-i-|', {
        t: { ...endOf('t', interrupted, { receivedAt: 0 }), sequence: 3 },
        s: { ...endOf('t', stopped(), { receivedAt: 2 }), sequence: 3 },
        i: ofInvocation('t', 'i', { ...endOf('t', interrupted, { receivedAt: 4 }), sequence: 3 }),
      })
      m.expect(source).toHaveSubscriptions('^-----!')
    }),
  )

  it(
    'stays silent, completes and fails with its source',
    marbles((m) => {
      m.expect(m.cold<Interrupted>('-#').pipe(answerInterrupted(m.scheduler))).toBeObservable('-#')
      m.expect(m.cold<Interrupted>('|').pipe(answerInterrupted(m.scheduler))).toBeObservable('|')
      const never = m.cold<Interrupted>('-')
      m.expect(never.pipe(answerInterrupted(m.scheduler)), '^--!').toBeObservable('-')
      m.expect(never).toHaveSubscriptions('^--!')
    }),
  )
})
