import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/model/outcome.js'
import {
  add,
  fixture,
  ISOLATIONS,
  MIB,
  run,
  runtimeOfTest,
  thirty,
  type Task,
  type TestOptions,
} from './harness.js'

const failed = (code: string, error: RegExp, results: unknown = '') => ({
  kind: 'failed',
  code,
  error: expect.stringMatching(error) as string,
  results,
})

describe.each(ISOLATIONS)('limits (%s)', (isolation) => {
  /** The outcome of the task; checks that another task can run meanwhile and afterwards. */
  async function outcome(task: Task, options: Partial<TestOptions> = {}): Promise<Outcome> {
    const runtime = await runtimeOfTest({ isolation, warm: 2, ...options })
    const [ran, beside] = await Promise.all([run(runtime, task), run(runtime, add)])
    expect(beside.outcome).toStrictEqual(thirty)
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
    return ran.outcome
  }

  it.each([
    ['a function', { binary: fixture('hostile'), name: 'spin' }],
    ['the start of a module', { binary: fixture('start-loop'), name: 'answer' }],
    ['_initialize', { binary: fixture('initialize-loop'), name: 'answer' }],
    ['memory.fill', { binary: fixture('hostile'), name: 'fill' }],
  ])('time ends an endless loop of %s', async (_what, task) => {
    expect(await outcome(task, { timeoutMs: 300 })).toStrictEqual(
      failed('timeout', /^time limit of 300ms exceeded$/),
    )
  })

  it('time keeps what stdout held and adds the end of stderr', async () => {
    expect(await outcome({ binary: fixture('speak'), name: 'wait' }, { timeoutMs: 300 })).toStrictEqual(
      failed('timeout', /exceeded; stderr ends: said on stderr$/, 'said on stdout'),
    )
  })

  it('time limits the start of a daemon task too', async () => {
    const task = { binary: fixture('start-loop'), name: 'answer', daemon: true }
    expect(await outcome(task, { timeoutMs: 300 })).toStrictEqual(failed('timeout', /time limit of 300ms/))
  })

  it('memory ends growth, and is named when the guest fails for it', async () => {
    expect(await outcome({ binary: fixture('hostile'), name: 'grow_memory' })).toStrictEqual(
      failed('memory', /^memory limit of 64 MiB reached: trap: unreachable$/),
    )
  })

  it('memory refuses a module that begins above it, with both numbers', async () => {
    expect(await outcome({ binary: fixture('big-memory'), name: 'answer' })).toStrictEqual(
      failed('memory', /^the module asks for 128 MiB of memory, the limit is 64 MiB$/),
    )
  })

  it('memory lets a module begin just at it', async () => {
    expect(
      await outcome({ binary: fixture('big-memory'), name: 'answer' }, { memoryMaxBytes: 128 * MIB }),
    ).toStrictEqual({ kind: 'completed', results: '42' })
  })

  it('tables are refused when they are huge', async () => {
    expect(await outcome({ binary: fixture('huge-tables'), name: 'answer' })).toStrictEqual(
      failed('memory', /table of 10000000 elements, the limit is 200000$/),
    )
  })

  it('tables stop growing', async () => {
    const ended = await outcome({ binary: fixture('hostile'), name: 'grow_tables' })
    expect(ended.kind).toBe('completed')
    expect(Number(ended.results)).toBeGreaterThan(300_000)
    expect(Number(ended.results)).toBeLessThanOrEqual(400_000)
  })

  it.each([
    ['stdout', '_start', 'x'.repeat(100_000)],
    ['stderr', 'errors', ''],
  ])('output ends a flood of %s', async (stream, name, results) => {
    const error = new RegExp(`^output limit of 97.656 KiB exceeded on ${stream}`)
    expect(await outcome({ binary: fixture('flood'), name }, { outputMaxBytes: 100_000 })).toStrictEqual(
      failed('output', error, results),
    )
  })
})
