import { expect, it } from 'vitest'
import { insteadOf } from '../../src/app/undelivered.js'
import type { Publication } from '../../src/model/publication.js'
import type { Delivery } from '../../src/model/delivery.js'

const result: Publication = {
  subtopic: 'control/proplet/results',
  payload: { task_id: 't', proplet_id: 'p', results: 'long', error: null },
  keep: 'all',
}

type Cause = Extract<Delivery, { at: 'rejected' }>['cause']

const rejected = (cause: Cause, publication = result): Delivery => ({
  publication,
  at: 'rejected',
  cause,
  reason: 'too large',
})

it.each(['size', 'refused'] as const)('answers with a failure for a result rejected for its %s', (cause) => {
  expect(insteadOf(rejected(cause))).toStrictEqual({
    ...result,
    payload: { task_id: 't', proplet_id: 'p', results: '', error: 'result not delivered: too large' },
  })
})

it('does the same for the result of an invocation', () => {
  const payload = { task_id: 't', invocation_id: 'i', proplet_id: 'p', results: 'long', error: null }
  const invoked: Publication = { subtopic: 'control/proplet/invoke_results', payload, keep: 'all' }
  expect(insteadOf(rejected('size', invoked))).toStrictEqual({
    ...invoked,
    payload: { ...payload, results: '', error: 'result not delivered: too large' },
  })
})

it('removes the update from the result of a round', () => {
  const envelope = { task_id: 't', round_id: 'r', num_samples: 3, update_b64: 'bG9uZw==', metrics: { a: 1 } }
  const learned: Publication = { ...result, payload: { task_id: 't', results: envelope, error: null } }
  expect(insteadOf(rejected('size', learned))).toStrictEqual({
    ...learned,
    payload: {
      task_id: 't',
      results: { ...envelope, update_b64: '', metrics: {} },
      error: 'result not delivered: too large',
    },
  })
})

it.each(['invalid', 'overflow', 'closed'] as const)(
  'publishes no replacement if the rejection is: %s',
  (cause) => {
    expect(insteadOf(rejected(cause))).toBeUndefined()
  },
)

it('ignores other messages, and those that arrived', () => {
  expect(insteadOf(rejected('size', { ...result, subtopic: 'control/proplet/metrics' }))).toBeUndefined()
  expect(insteadOf({ publication: result, at: 'acknowledged' })).toBeUndefined()
})
