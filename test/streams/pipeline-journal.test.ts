import { describe, expect, it } from 'vitest'
import { marbles } from '../support/marbles.js'
import { bytes } from '../support/model.js'
import { outputs, pipelineWith, published } from '../support/pipeline.js'
import { runEvents } from '../support/runtime.js'
import type { TaskJournal } from '../../src/model/journal.js'

/** A journal that lists its calls, and what `also` adds to the list. */
const fakeJournal = (unfinished: TaskJournal['unfinished'] = []) => {
  const calls: string[] = []
  let last = 100
  const journal: TaskJournal = {
    unfinished,
    record: (command) => {
      last += 1
      calls.push(`take ${command.type} ${last}`)
      return command.type === 'stop' ? undefined : last
    },
    refuse: () => {
      last += 1
      calls.push(`refuse ${last}`)
      return last
    },
    begin: (sequence) => calls.push(`begin ${sequence}`),
    rerun: (sequence) => calls.push(`rerun ${sequence}`),
    recordResult: ({ sequence, more, publication }) => {
      calls.push(`keep ${sequence ?? '-'}${more === true ? ' more' : ''}`)
      return publication
    },
    close: (sequence) => calls.push(`close ${sequence}`),
    runsAgain: (sequence) => sequence === 9,
  }
  return { journal, calls, also: (call: string) => calls.push(call) }
}

const again = (key: string, sequence: number): TaskJournal['unfinished'][number] => ({
  type: 'again',
  message: { subtopic: 'any', payload: bytes(key), sequence },
})

describe('pipeline: the journal', () => {
  it(
    'gets a command before its admission, and its result before the hold',
    marbles((m) => {
      const { journal, calls, also } = fakeJournal()
      const { values, begin } = pipelineWith(m, {
        settings: { resultHoldMs: 20 },
        deps: {
          journal,
          refuse: ({ sequence }) => {
            also(`admit ${sequence ?? '-'}`)
            return undefined
          },
        },
        runs: { add: m.cold('       -----(e|)', runEvents) },
      })
      const message$ = m.hot('      s 39ms |', values)
      const expected = '            20ms e 19ms |'
      m.expect(published(begin({ message$ }))).toBeObservable(expected, outputs)
      m.flush()
      expect(calls).toEqual(['take start 101', 'admit 101', 'begin 101', 'keep 101'])
    }),
  )

  it(
    'gets the result alone of a start that finds no room, once (issue 14.2)',
    marbles((m) => {
      const { journal, calls } = fakeJournal()
      const { values, begin } = pipelineWith(m, {
        deps: { journal },
        settings: { maxTasks: 1, queueMax: 1 },
        runs: { add: m.cold('   --------(e|)', runEvents), second: m.cold('--(e|)', runEvents) },
      })
      const message$ = m.hot('      sSTT------------|', values)
      const expected = '            --W-----e-E 15ms |'
      m.expect(published(begin({ message$ }))).toBeObservable(expected, outputs)
      m.flush()
      expect(calls).toEqual([
        ...['take start 101', 'begin 101', 'take start 102'],
        ...['refuse 103', 'keep 103'],
        ...['take start 104', 'close 104'],
        ...['keep 101', 'begin 102', 'keep 102'],
      ])
    }),
  )

  it(
    'gets neither commands for others nor chunks, but duplicates twice',
    marbles((m) => {
      const { journal, calls } = fakeJournal()
      const { values, begin } = pipelineWith(m, {
        deps: { journal },
        runs: { add: m.cold('--------(e|)', runEvents) },
      })
      const message$ = m.hot('      oaq-ss----------|', values)
      const expected = '            ------------e 16ms |'
      m.expect(published(begin({ message$ }))).toBeObservable(expected, outputs)
      m.flush()
      expect(calls).toEqual(['take start 101', 'begin 101', 'take start 102', 'close 102', 'keep 101'])
    }),
  )

  it(
    'is answered first: interrupted commands, then those to run again, in the available slots',
    marbles((m) => {
      const { journal, calls } = fakeJournal([
        { type: 'interrupted', sequence: 7, id: 't', invocation: undefined, isStopped: true },
        { type: 'interrupted', sequence: 8, id: 'l', invocation: { id: 'one' }, isStopped: false },
        again('S', 9),
      ])
      const { values, begin } = pipelineWith(m, {
        deps: { journal },
        runs: { second: m.cold('-----(e|)', runEvents) },
      })
      const message$ = m.hot('      --T--|', values)
      const expected = '            (XI)-E----F 16ms |'
      m.expect(published(begin({ message$ }))).toBeObservable(expected, {
        ...outputs,
        F: outputs.E.replace('"v"', '"w"'),
        I: 'control/proplet/invoke_results {"task_id":"l","invocation_id":"one","proplet_id":"p1","results":"","error":"interrupted by a restart of the proplet"}',
      })
      m.flush()
      expect(calls).toEqual([
        'keep 7',
        'keep 8',
        'rerun 9',
        'begin 9',
        'take start 101',
        'keep 9',
        'begin 101',
        'keep 101',
      ])
    }),
  )

  it(
    'keeps tasks that the shutdown ends and the next process runs again, without publishing a failure',
    marbles((m) => {
      const { journal, calls } = fakeJournal([again('S', 9)])
      const { values, begin } = pipelineWith(m, { deps: { journal }, settings: { maxTasks: 1 } })
      const message$ = m.hot('      -s---', values)
      const stop$ = m.hot('         ---e')
      // The running task ends at the deadline, the waiting one at once.
      const expected = '            ---n 1001ms |'
      m.expect(published(begin({ message$, stop$ }))).toBeObservable(expected, outputs)
      m.flush()
      expect(calls).toEqual(['rerun 9', 'begin 9', 'take start 101', 'keep 101'])
    }),
  )
})
