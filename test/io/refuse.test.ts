import { expect, it } from 'vitest'
import { refuseTask } from '../../src/io/refuse.js'
import { start } from '../support/model.js'

const idle = () => ({ waiting: 0, bytes: 0 })

it('takes a plain task', () => {
  expect(refuseTask(idle)(start('a'))).toBeUndefined()
})

it.each([
  ['encrypted', { encrypted: true }],
  ['latent', { latent: true }],
] as const)('refuses what this release does not do: %s', (word, overrides) => {
  expect(refuseTask(idle)(start('a', overrides))).toMatchObject({
    code: 'unsupported',
    reason: expect.stringContaining(word) as string,
  })
})

it.each([
  { waiting: 10_000, bytes: 0 },
  { waiting: 1, bytes: 64 * 1024 * 1024 },
])('takes no task while results pile up: %o', (backlog) => {
  expect(refuseTask(() => backlog)(start('a'))).toMatchObject({ code: 'overloaded' })
  expect(refuseTask(() => ({ waiting: 9_999, bytes: 64 * 1024 * 1024 - 1 }))(start('a'))).toBeUndefined()
})
