import { describe, expect, it } from 'vitest'
import type { TaskEvent } from '../../../src/model/task-event.js'
import {
  FREE,
  stepLife,
  type Life,
  type LifeEffect,
  type LifeInput,
} from '../../../src/streams/commands/life.js'
import { endOf, start, stop, stopped } from '../../support/model.js'

const first = start('t', { sequence: 1 })
const latent = start('t', { sequence: 1, latent: true })
const second = start('t', { sequence: 2, name: 'second' })
const third = start('t', { sequence: 3, name: 'third' })

const lives = {
  free: FREE,
  fresh: { state: 'fresh', start: first },
  'fresh latent': { state: 'fresh', start: latent },
  running: { state: 'running', start: first },
  'running latent': { state: 'running', start: latent },
  ended: { state: 'ended', start: first },
  stopping: { state: 'stopping', start: first },
  'stopping latent': { state: 'stopping', start: latent },
  'stopping, one waits': { state: 'stopping', start: first, next: second },
  'fresh second': { state: 'fresh', start: second },
} as const satisfies Record<string, Life>

const inputs = {
  start: second,
  'same start': { ...first, sequence: 2, receivedAt: first.receivedAt + 20 },
  'third start': third,
  stop: stop('t'),
  'task-ended': { type: 'task-ended', id: 't' },
  'redelivery-over': { type: 'redelivery-over', id: 't' },
} as const satisfies Record<string, LifeInput>

const tell = (event: TaskEvent): LifeEffect => ({ type: 'tell', event })
const effects: Record<string, LifeEffect> = {
  'begin second': { type: 'begin', start: second },
  stop: { type: 'stop', id: 't' },
  leave: { type: 'leave', id: 't' },
  duplicate: tell({ type: 'duplicate', id: 't', sequence: 2 }),
  'duplicate third': tell({ type: 'duplicate', id: 't', sequence: 3 }),
  replaced: tell({ type: 'replaced', id: 't', sequence: 1 }),
  'unknown stop': tell({ type: 'unknown-stop', id: 't' }),
  'second stopped': tell({ ...endOf('t', stopped()), sequence: 2 }),
}

type Row = readonly [
  before: keyof typeof lives,
  input: keyof typeof inputs,
  after: keyof typeof lives,
  effects: readonly string[],
]

/** [the life, its input, the next life, the effects…] */
const TABLE: readonly Row[] = [
  ['free', 'start', 'fresh second', ['begin second']],
  ['free', 'stop', 'free', ['unknown stop']],

  ['fresh', 'start', 'fresh', ['duplicate']],
  ['fresh', 'stop', 'stopping', ['stop']],
  ['fresh', 'task-ended', 'ended', []],
  ['fresh', 'redelivery-over', 'running', []],
  ['fresh latent', 'start', 'fresh latent', ['duplicate']],
  ['fresh latent', 'redelivery-over', 'running latent', []],

  ['running', 'start', 'running', ['duplicate']],
  ['running', 'stop', 'stopping', ['stop']],
  ['running', 'task-ended', 'free', []],
  ['running latent', 'start', 'fresh second', ['replaced', 'leave', 'begin second']],
  ['running latent', 'stop', 'stopping latent', ['stop']],
  ['running latent', 'task-ended', 'free', []],

  ['ended', 'same start', 'ended', ['duplicate']],
  ['ended', 'start', 'fresh second', ['stop', 'begin second']],
  ['ended', 'stop', 'free', ['stop']],
  ['ended', 'redelivery-over', 'free', []],

  ['stopping', 'start', 'stopping, one waits', []],
  ['stopping', 'stop', 'stopping', ['stop']],
  ['stopping', 'task-ended', 'free', []],
  ['stopping', 'redelivery-over', 'stopping', []],

  ['stopping, one waits', 'third start', 'stopping, one waits', ['duplicate third']],
  ['stopping, one waits', 'stop', 'stopping', ['second stopped']],
  ['stopping, one waits', 'task-ended', 'fresh second', ['begin second']],
  ['stopping, one waits', 'redelivery-over', 'stopping, one waits', []],
]

describe('the life of an ID', () => {
  it.each(TABLE)('%s, %s: %s', (before, input, after, expected) => {
    expect(stepLife(lives[before], inputs[input])).toStrictEqual({
      life: lives[after],
      effects: expected.map((name) => effects[name]),
    })
  })

  it('the table has every effect', () => {
    const used = new Set(TABLE.flatMap(([, , , names]) => names))
    expect([...used].sort()).toStrictEqual(Object.keys(effects).sort())
  })
})
