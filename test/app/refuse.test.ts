import { expect, it } from 'vitest'
import { refuseTask } from '../../src/app/refuse.js'
import { invoke, start } from '../support/model.js'

const idle = () => ({ waiting: 0, bytes: 0 })

it('accepts a plain task', () => {
  expect(refuseTask(idle)(start('a'))).toBeUndefined()
})

it('accepts a latent task, and its invocation', () => {
  expect(refuseTask(idle)(start('a', { latent: true }))).toBeUndefined()
  expect(refuseTask(idle)(invoke('a', 'i'))).toBeUndefined()
})

it('refuses an encrypted task only if there is an obstacle (17.1)', () => {
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
])('refuses tasks while results pile up: %o', (backlog) => {
  expect(refuseTask(() => backlog)(start('a'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(() => backlog)(invoke('a', 'i'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(() => ({ waiting: 9_999, bytes: 64 * 1024 * 1024 - 1 }))(start('a'))).toBeUndefined()
})

it('refuses a task that the journal could not record, and says why', () => {
  const full = { obstacle: 'the journal is full' }
  expect(refuseTask(idle, full)(start('a'))).toStrictEqual({
    code: 'overloaded',
    reason: 'the journal is full',
  })
  expect(refuseTask(idle, { obstacle: undefined })(invoke('a', 'i'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(idle, full)(start('a', { sequence: 1 }))).toBeUndefined()
})
