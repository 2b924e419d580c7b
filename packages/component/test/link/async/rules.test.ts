import { describe, expect, it } from 'vitest'
import { ErrorContext } from '../../../link/async/error-context.js'
import { Later } from '../../../link/async/host.js'
import { instantiate, type ComponentInstance } from '../../../link/instantiate.js'
import { TrapError } from '../../../link/abi/trap.js'
import { built, functionOf, prepare } from '../harness.js'
import { hasJspi } from './jspi.js'

/** Returns a `Later` that is done at once. */
const now = () =>
  new Later((done) => {
    done(7)
    return () => undefined
  })

const open = (): ComponentInstance => instantiate(prepare(built('rules')), { now })
const call = (name: string, ...args: unknown[]): Promise<unknown> =>
  Promise.resolve().then(() => functionOf(open(), 'user', name)(...args))

describe.runIf(hasJspi)('tasks', () => {
  it('that end without waiting return at once, in components and in the host (C4)', async () => {
    expect(await call('states')).toBe(22)
  })

  it('do not share their context with realloc (C10)', async () => {
    expect(await call('context-of-text', 'text')).toBe(0)
  })

  it.each([
    ['waits for what is in a waitable set', 'read-in-set', /cannot be used synchronously while added to/],
    ['passes on what is in a waitable set', 'pass-in-set', /cannot lift future while it's in a waitable set/],
  ])('trap if one %s (C11)', async (_what, name, error) => {
    await expect(call(name)).rejects.toThrow(error)
  })

  it('trap if task.return has another type of the same size (C12)', async () => {
    await expect(call('return-other')).rejects.toThrow(/invalid `task\.return` signature/)
  })

  it('trap if non-numeric values would be copied within an instance (C13)', async () => {
    await expect(call('options-within')).rejects.toThrow(/intra-component stream/)
  })

  it('copy any number of empty values at a time (C14)', async () => {
    expect(await call('units')).toBe(100_000_000)
  })

  it("trap with the linker's own error if a task waits that may not (C16)", async () => {
    await expect(call('wait-in-sync')).rejects.toThrow(/cannot block a synchronous task before returning/)
    await expect(call('wait-in-sync')).rejects.toBeInstanceOf(TrapError)
  })

  it('trap if a component waits during its instantiation (C16)', () => {
    const start = () => instantiate(prepare(built('start-waits')), {})
    expect(start).toThrow(/cannot block a synchronous task before returning/)
  })

  it('have threads (C19)', async () => {
    expect(await call('threads')).toBe(111)
  })

  it('have threads that switch even without suspension (C19)', async () => {
    expect(await call('threads-in-sync')).toBe(101)
  })

  it('create and drop error contexts (C19)', async () => {
    expect(await call('errors')).toBeGreaterThan(0)
    await expect(call('drop-error-twice')).rejects.toThrow(/unknown handle index/)
    expect(new ErrorContext('why').debugMessage).toBe('why')
  })
})
