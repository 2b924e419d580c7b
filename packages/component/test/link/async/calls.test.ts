import { describe, expect, it } from 'vitest'
import { instantiate, type ComponentInstance } from '../../../link/instantiate.js'
import { createPreview3 } from '@proplet/wasi/preview3.js'
import { built, functionOf, prepare } from '../harness.js'
import { hasJspi, NEEDS_JSPI } from './jspi.js'

const OPS = 'local:async-typed/ops'

const start = (component: string): ComponentInstance => {
  const nowhere = () => undefined
  const { imports } = createPreview3({ args: [], env: {}, preopens: [], stdout: nowhere, stderr: nowhere })
  return instantiate(prepare(built(component)), imports)
}

const call = (component: string, instance: string, name: string, args: readonly unknown[]) =>
  Promise.resolve().then(() => functionOf(start(component), instance, name)(...args))

const expectAnswer = async (answer: Promise<unknown>, value: unknown) =>
  hasJspi ? expect(await answer).toStrictEqual(value) : expect(answer).rejects.toThrow(NEEDS_JSPI)

const expectFailure = (answer: Promise<unknown>, error: RegExp) =>
  expect(answer).rejects.toThrow(hasJspi ? error : NEEDS_JSPI)

describe('an async export', () => {
  it.each<[string, string, unknown[], unknown]>([
    ['after a callback', 'echo', [['a', 'größer']], ['a', 'größer']],
    ['after a wait on a stack of its own', 'stackful', [1], 'waited'],
    ['that is lifted as a synchronous one', 'plain', [1], { tag: 'ok', val: 1 }],
    ['that is lifted as a synchronous one, with an error', 'plain', [6], { tag: 'err', val: 'late' }],
    [
      'with more values than are passed flat',
      'many',
      [1n, 'b', '', new Uint8Array([4]), 0.5],
      [1n, 'b', '', new Uint8Array([4]), 0.5],
    ],
    ['without values', 'nothing', [], undefined],
    ['that cancels what it has begun', 'cancel-sleep', [], 4],
    ['that reads what it writes', 'pipe', [1000], 500542n],
    ['that reads less than it asks for', 'pipe', [1], 43n],
    ['that cancels to read', 'cancel-read', [], [2, 50]],
    ['that polls', 'poll', [], [0, 1]],
    ['that keeps its context', 'context', [], 6],
    ['that has returned and waits in vain', 'wait-on-nothing', [], undefined],
  ])('answers: one %s', async (_what, name, args, value) => {
    await expectAnswer(call('async-typed', OPS, name, args), value)
  })

  it.each<[string, RegExp]>([
    ['deadlock', /^deadlock detected: event loop cannot make further progress$/],
    ['forget-to-return', /ended without task\.return/],
    ['return-twice', /returned or was cancelled twice/],
    ['trap-late', /unreachable/],
    ['drop-unwritten', /cannot drop future write end without first writing a value/],
    ['bad-code', /unsupported callback code: 9/],
    ['bad-set', /unknown handle index 77/],
  ])('traps: %s', async (name, error) => {
    await expectFailure(call('async-typed', OPS, name, []), error)
    await expectFailure(call('async-typed', OPS, name, []), error)
  })

  it('cannot copy compound values to itself (C13)', async () => {
    await expectFailure(call('async-typed', OPS, 'text', [['', 'ü']]), /intra-component stream/)
  })

  it('works beside synchronous exports, which cannot wait', async () => {
    await expectAnswer(call('async-typed', 'add', '', [1, 2]), 3)
    await expectFailure(call('async-typed', 'wait-in-sync', '', []), /cannot block a synchronous task/)
  })

  it('can be called again, and concurrently with others', async () => {
    const both = async () => {
      const instance = start('async-typed')
      const echo = functionOf(instance, OPS, 'echo')
      const stackful = functionOf(instance, OPS, 'stackful')
      return [await echo(['1']), ...(await Promise.all([stackful(3), echo(['2']), stackful(1)]))]
    }
    await expectAnswer(both(), [['1'], 'waited', ['2'], 'waited'])
  })

  it('cannot be called after a trap', async () => {
    const again = async () => {
      const instance = start('async-typed')
      await expect(functionOf(instance, OPS, 'bad-code')()).rejects.toThrow(/callback code: 9/)
      return functionOf(instance, OPS, 'echo')([])
    }
    await expectFailure(again(), /trapped/)
  })
})

describe('async calls from component to component', () => {
  it.each<[string, string, unknown[], unknown]>([
    ['run beside each other', 'both', [3, 4], 7],
    ['are waited for in the midst of a call', 'wait', [5], 5],
    ['of synchronous code come one after another', 'beside', [6], 12],
    ['are cancelled', 'cancel', [true], 4],
    ['may return instead of being cancelled', 'cancel', [false], 2],
    ['are cancelled at once', 'cancel-async', [true], 4],
    ['may return at once instead of being cancelled', 'cancel-async', [false], 2],
    ['are cancelled before they begin', 'cancel-held-back', [], 3],
    ['are held back', 'held-back', [7], 7],
    ['get the end of a stream', 'feed', [0], 0n],
    ['read a stream', 'feed', [500], 625250n],
    ['end with their caller', 'crowd', [500], 0],
  ])('%s', async (_what, name, args, value) => {
    await expectAnswer(call('async-composed', 'user', name, args), value)
  })

  it('begin before their caller goes on where only a task that is ready to go on keeps them waiting', async () => {
    const [starting, returned] = [0, 2]
    await expectAnswer(call('async-order', 'ready', '', []), returned)
    await expectAnswer(call('async-order', 'held', '', []), starting)
  })

  it('are limited in number if each keeps a stack', async () => {
    await expectFailure(call('async-composed', 'user', 'crowd', [501]), /more than 500 tasks are suspended/)
  })

  it('cannot be dropped while they run', async () => {
    await expectFailure(
      call('async-composed', 'user', 'drop-running', []),
      /cannot drop a subtask which has not yet resolved/,
    )
  })
})
