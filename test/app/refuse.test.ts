import { expect, it } from 'vitest'
import { refuseTask } from '../../src/app/refuse.js'
import { invoke, start } from '../support/model.js'

const idle = () => ({ waiting: 0, bytes: 0 })

it('takes a plain task', () => {
  expect(refuseTask(idle)(start('a'))).toBeUndefined()
})

it('takes a latent task, and an invocation of one', () => {
  expect(refuseTask(idle)(start('a', { latent: true }))).toBeUndefined()
  expect(refuseTask(idle)(invoke('a', 'i'))).toBeUndefined()
})

it('refuses an encrypted task where there is an obstacle, and only then (17.1)', () => {
  const refused = refuseTask(idle, undefined, { obstacle: 'TEE runtime not available: because' })
  expect(refused(start('a', { encrypted: true }))).toStrictEqual({
    code: 'unsupported',
    reason: 'TEE runtime not available: because',
  })
  expect(refused(start('a'))).toBeUndefined()
  expect(
    refuseTask(idle, undefined, { obstacle: undefined })(start('a', { encrypted: true })),
  ).toBeUndefined()
})

it.each([
  { waiting: 10_000, bytes: 0 },
  { waiting: 1, bytes: 64 * 1024 * 1024 },
])('takes no task while results pile up: %o', (backlog) => {
  expect(refuseTask(() => backlog)(start('a'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(() => backlog)(invoke('a', 'i'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(() => ({ waiting: 9_999, bytes: 64 * 1024 * 1024 - 1 }))(start('a'))).toBeUndefined()
})

it('takes no task that the journal did not take, and says why', () => {
  const full = { obstacle: 'the journal is full' }
  expect(refuseTask(idle, full)(start('a'))).toStrictEqual({
    code: 'overloaded',
    reason: 'the journal is full',
  })
  expect(refuseTask(idle, { obstacle: undefined })(invoke('a', 'i'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(idle, full)(start('a', { sequence: 1 }))).toBeUndefined()
})
