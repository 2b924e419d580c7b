import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Outcome } from '../../../src/model/outcome.js'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import type { StopReason } from '../../../src/model/runtime.js'
import { hasJspi, NEEDS_JSPI } from '../../../packages/component/test/link/async/jspi.js'
import { fixture, ISOLATIONS, openRuntime, run, runtimeOfTest, type Task } from './harness.js'

const command = fixture('components/async-command')
const typed = fixture('components/async-typed')
const composed = fixture('components/async-composed')

/** On Node.js 24, guests run with a flag that enables JSPI. */
const guestsHaveJspi = hasJspi || process.versions.node.startsWith('24.')

const completed = (results: string): Outcome => ({ kind: 'completed', results })
const failed = (code: string, error: RegExp, results = '') => ({
  kind: 'failed',
  code,
  error: expect.stringMatching(error) as string,
  results,
})
const refused = failed('unsupported', NEEDS_JSPI)

const expectOutcome = (outcome: Outcome, wanted: unknown) =>
  expect(outcome).toStrictEqual(guestsHaveJspi ? wanted : refused)

describe.each(ISOLATIONS)('a component of WASI 0.3 (%s)', (isolation) => {
  let runtime: EmbeddedRuntime
  beforeAll(async () => {
    runtime = await openRuntime({ isolation })
  })
  afterAll(() => runtime.close())

  const outcome = async (task: Task): Promise<Outcome> => (await run(runtime, task)).outcome

  describe('that is a command', () => {
    it.each<[string[], string]>([
      [[], 'hello from WASI 0.3\n'],
      [['args', 'out=done'], '_start\nargs\nout=done\ndone'],
      [['sleep=1', 'out=after', 'sleep=0'], 'slept\nafterslept\n'],
      [['block=1', 'sleep=1', 'block=1'], 'blocked\nslept\nblocked\n'],
      [['race=20'], 'short\nlong\n'],
      [['yield=3'], 'yielded\n'],
      [['stdin', 'random'], 'end\n8\n'],
      [['out=so far', 'exit=0', 'out=not this'], 'so far'],
    ])('prints: %j', async (inputs, results) => {
      expectOutcome(await outcome({ binary: command, inputs }), completed(results))
    })

    it('gets variables, and keeps stderr out of its results', async () => {
      const task = { binary: command, inputs: ['env', 'err=noise'], env: { GREETING: 'hi' } }
      const ran = await run(runtime, task)
      expectOutcome(ran.outcome, completed('GREETING=hi\n'))
      expect(ran.stderr).toBe(guestsHaveJspi ? 'noise' : '')
    })

    it.each<[string[], string, RegExp, string]>([
      [['out=a', 'fail'], 'exit', /^exited with status 1$/, 'a'],
      [['out=a', 'exit=3'], 'exit', /^exited with status 3$/, 'a'],
      [['sleep=1', 'exit=4'], 'exit', /^exited with status 4$/, 'slept\n'],
      [['out=a', 'deadlock'], 'trap', /^trap: deadlock detected: /, 'a'],
      [['sleep=1', 'trap'], 'trap', /^trap: unreachable/, 'slept\n'],
    ])('fails: %j', async (inputs, code, error, results) => {
      expectOutcome(await outcome({ binary: command, inputs }), failed(code, error, results))
    })

    it('reads and writes in a preopened directory, and not outside it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'async-component-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const large = 'from the host\n'.repeat(5_000)
      writeFileSync(join(folder, 'file'), large)
      const dirs = [{ hostPath: folder, guestPath: '/data', readonly: false }]
      const withFiles = await runtimeOfTest({ isolation, dirs })
      const results = async (...inputs: string[]) =>
        (await run(withFiles, { binary: command, inputs })).outcome
      expectOutcome(await results('sleep=1', 'read=file'), completed(`slept\n${large}`))
      expectOutcome(await results('write=new=text', 'read=new', 'list=.'), completed('textfile\nnew\n'))
      if (guestsHaveJspi) expect(readFileSync(join(folder, 'new'), 'utf8')).toBe('text')
      expectOutcome(await results('read=missing'), failed('exit', /stderr ends: error code 19/))
      expectOutcome(await results('read=../outside'), failed('exit', /stderr ends: error code 30/))
      expectOutcome(await results('read=/etc/passwd'), failed('exit', /stderr ends: error code 30/))
    })

    it('refuses to write in a read-only directory', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'async-component-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const dirs = [{ hostPath: folder, guestPath: '/data', readonly: true }]
      const withFiles = await runtimeOfTest({ isolation, dirs })
      const { outcome: ended } = await run(withFiles, { binary: command, inputs: ['write=new=text'] })
      expectOutcome(ended, failed('exit', /stderr ends: error code 32/))
    })
  })

  describe('with async exports', () => {
    it.each<[string, string[], string]>([
      ['echo', ['["a", "\u{1f600}"]'], '["a", "\u{1f600}"]'],
      ['stackful', ['2'], '"waited"'],
      ['plain', ['6'], 'err("late")'],
      ['local:async-typed/ops#pipe', ['100'], '5092'],
      ['add', ['1', '2'], '3'],
    ])('answers %s %j', async (name, inputs, results) => {
      expectOutcome(await outcome({ binary: typed, name, inputs }), completed(results))
    })

    it('runs nested components concurrently', async () => {
      expectOutcome(await outcome({ binary: composed, name: 'both', inputs: ['20', '22'] }), completed('42'))
    })

    it.each<[string, string, RegExp]>([
      ['deadlock', 'trap', /^trap: deadlock detected: /],
      ['trap-late', 'trap', /^trap: unreachable/],
      ['wait-in-sync', 'trap', /^trap: cannot block a synchronous task before returning/],
    ])('fails: %s', async (name, code, error) => {
      expectOutcome(await outcome({ binary: typed, name }), failed(code, error))
    })

    it('has no text form for a stream', async () => {
      expectOutcome(
        await outcome({ binary: typed, name: 'streams', inputs: ['1', '2', '3'] }),
        failed('call', /stream/),
      )
    })
  })

  describe('has limits', () => {
    const forever = { binary: command, inputs: ['out=x', 'forever'] }

    it('of time', async () => {
      const own = await runtimeOfTest({ isolation, timeoutMs: 1_000 })
      expectOutcome((await run(own, forever)).outcome, failed('timeout', /time limit of 1s/, 'x'))
    })

    it('of output', async () => {
      const own = await runtimeOfTest({ isolation, outputMaxBytes: 10 })
      expectOutcome(
        (await run(own, { binary: command })).outcome,
        failed('output', /output limit of 10 bytes exceeded on stdout/, 'hello from'),
      )
    })

    it.each([[['out=x', 'forever']], [['out=x', 'sleep=3600000']]])(
      'and can be stopped: %j',
      async (inputs) => {
        const own = await runtimeOfTest({ isolation })
        const stop$ = new Subject<StopReason>()
        const ran = await run(own, { binary: command, inputs }, stop$, ({ type }) => {
          if (type === 'output') stop$.next('stopped')
        })
        expectOutcome(ran.outcome, { kind: 'stopped', results: 'x' })
      },
    )
  })

  it('leaves its guest unchanged for the next task', async () => {
    const own = await runtimeOfTest({ isolation, maxIdle: 1 })
    for (const inputs of [['deadlock'], ['sleep=1'], ['exit=1'], ['sleep=1']]) {
      const { outcome: ended } = await run(own, { binary: command, inputs })
      expect(ended.kind).toBe(guestsHaveJspi && inputs[0] === 'sleep=1' ? 'completed' : 'failed')
    }
  })
})
