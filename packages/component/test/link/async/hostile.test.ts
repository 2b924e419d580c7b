import { describe, expect, it } from 'vitest'
import { instantiate } from '../../../link/instantiate.js'
import { createPreview3 } from '@proplet/wasi/preview3.js'
import { built, functionOf, prepare } from '../harness.js'
import { hasJspi, NEEDS_JSPI } from './jspi.js'

const call = (name: string): Promise<unknown> =>
  Promise.resolve().then(() => {
    const nowhere = () => undefined
    const { imports } = createPreview3({ args: [], env: {}, preopens: [], stdout: nowhere, stderr: nowhere })
    const instance = instantiate(prepare(built('async-hostile')), imports)
    return Promise.resolve(functionOf(instance, name)()).finally(() => instance.stop())
  })

describe('what breaks the rules of the async ABI traps', () => {
  it.each<[string, RegExp]>([
    ['return-of-a-synchronous-one', /for async functions was called by another one/],
    ['read-twice', /cannot have concurrent operations active/],
    ['drop-while-reading', /cannot remove busy stream/],
    ['read-outside', /out-of-bounds: 8 bytes at 0xfffc/],
    ['read-far-outside', /out-of-bounds: 1 bytes at 0xffffffff/],
    ['read-too-much', /stream read\/write count too large/],
    ['read-the-other-end', /handle index 2 is the other end, or b/],
    ['read-a-set', /handle index 1 is not a End/],
    ['read-nothing', /unknown handle index 99/],
    ['read-handle-zero', /unknown handle index 0/],
    ['future-of-a-stream', /handle index 1 is the other end, or belongs to another future/],
    ['cancel-what-is-idle', /cannot cancel a read of a stream which is not in progress/],
    ['pass-on-while-reading', /cannot remove busy stream/],
    ['pass-on-the-other-end', /handle index 2 is the other end, or b/],
    ['pass-on-twice', /handle index 1 is the other end, or b/],
    ['drop-a-set-with-members', /cannot drop waitable set with members/],
    ['join-a-set', /handle index 1 is not a Waitable/],
    ['join-what-is-no-set', /handle index 2 is not a WaitableSet/],
    ['poll-outside', /out-of-bounds: 8 bytes at 0xfffc/],
    ['poll-askew', /unaligned pointer/],
    ['too-little-backpressure', /backpressure is out of its range/],
    ['too-much-backpressure', /backpressure is out of its range/],
    ['cancel-uncalled-for', /task\.cancel for a task that was not asked to end/],
    ['leak', /more than 20000 streams, futures, subtasks and sets/],
    ['leak-sets', /more than 20000 streams, futures, subtasks and sets/],
    ['leak-sleeps', /more than 20000 streams, futures, subtasks and sets/],
  ])('%s', async (name, error) => {
    await expect(call(name)).rejects.toThrow(hasJspi ? error : NEEDS_JSPI)
    if (hasJspi) await expect(call(name)).rejects.toThrow(WebAssembly.RuntimeError)
  })
})
