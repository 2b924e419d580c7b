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
    ['read-twice', /a stream is read or written that is in use/],
    ['drop-while-reading', /an end of a stream was dropped that is in use/],
    ['read-outside', /8 bytes at 0xfffc are not within the memory/],
    ['read-far-outside', /1 bytes at 0xffffffff are not within the memory/],
    ['read-too-much', /too large a buffer/],
    ['read-the-other-end', /handle 2 is another end/],
    ['read-a-set', /handle 1 is no End/],
    ['read-nothing', /handle 99 is no End/],
    ['read-handle-zero', /handle 0 is no End/],
    ['future-of-a-stream', /handle 1 is another end, or of another future/],
    ['cancel-what-is-idle', /a stream is cancelled that is not read or written/],
    ['pass-on-while-reading', /a stream was passed on that is in use/],
    ['pass-on-the-other-end', /handle 2 is another end/],
    ['pass-on-twice', /handle 1 is another end/],
    ['drop-a-set-with-members', /a waitable set was dropped that is not empty/],
    ['join-a-set', /handle 1 is no Waitable/],
    ['join-what-is-no-set', /handle 2 is no WaitableSet/],
    ['poll-outside', /8 bytes at 0xfffc are not within the memory/],
    ['poll-askew', /not aligned to 4/],
    ['too-little-backpressure', /backpressure is out of its range/],
    ['too-much-backpressure', /backpressure is out of its range/],
    ['cancel-uncalled-for', /task\.cancel of a task that was not asked to end/],
    ['leak', /more than 20000 streams, futures, subtasks and sets/],
    ['leak-sets', /more than 20000 streams, futures, subtasks and sets/],
    ['leak-sleeps', /more than 20000 streams, futures, subtasks and sets/],
  ])('%s', async (name, error) => {
    await expect(call(name)).rejects.toThrow(hasJspi ? error : NEEDS_JSPI)
    if (hasJspi) await expect(call(name)).rejects.toThrow(WebAssembly.RuntimeError)
  })
})
