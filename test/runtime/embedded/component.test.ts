import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Outcome } from '../../../src/model/outcome.js'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import type { StopReason } from '../../../src/model/runtime.js'
import { component, core, section, u32, vec } from '../../../packages/component/test/binary/encode.js'
import { fixture, ISOLATIONS, openRuntime, run, runtimeOfTest, toBinary, type Task } from './harness.js'

const hello = fixture('components/hello')
const typed = fixture('components/typed')
const hostile = fixture('components/composed')

const completed = (results: string): Outcome => ({ kind: 'completed', results })
const failed = (code: string, error: RegExp, results = '') => ({
  kind: 'failed',
  code,
  error: expect.stringMatching(error) as string,
  results,
})

describe.each(ISOLATIONS)('a component (%s)', (isolation) => {
  let runtime: EmbeddedRuntime
  beforeAll(async () => {
    runtime = await openRuntime({ isolation })
  })
  afterAll(() => runtime.close())

  const outcome = async (task: Task): Promise<Outcome> => (await run(runtime, task)).outcome
  const call = (name: string, ...inputs: string[]) => outcome({ binary: typed, name, inputs })

  describe('that is a command', () => {
    it.each(['_start', '', 'fl-round-1'])('runs under the name %j', async (name) => {
      expect(await outcome({ binary: hello, name })).toStrictEqual(completed('hello from a component\n'))
    })

    it('gets arguments and variables', async () => {
      const task = { binary: hello, inputs: ['args', 'env'], env: { GREETING: 'hi', EMPTY: '' } }
      expect(await outcome(task)).toStrictEqual(completed('_start\nargs\nenv\nGREETING=hi\nEMPTY=\n'))
    })

    it('reads a preopened directory', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'component-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      writeFileSync(join(folder, 'file'), 'from the host')
      const dirs = [{ hostPath: folder, guestPath: '/data', readonly: true }]
      const withFiles = await runtimeOfTest({ isolation, dirs })
      const inputs = ['read=/data/file', 'list=/data']
      const { outcome: ended } = await run(withFiles, { binary: hello, inputs })
      expect(ended).toStrictEqual(completed('from the host.\n..\nfile\n'))
    })

    it('keeps stderr out of its results', async () => {
      const ran = await run(runtime, { binary: hello, inputs: ['out=result', 'err=noise'] })
      expect([ran.outcome, ran.stdout, ran.stderr]).toStrictEqual([completed('result'), 'result', 'noise'])
    })

    it('fails with a status other than 0', async () => {
      expect(await outcome({ binary: hello, inputs: ['out=so far', 'err=why', 'exit=3'] })).toStrictEqual(
        failed('exit', /^exited with status 1; stderr ends: why$/, 'so far'),
      )
      expect(await outcome({ binary: hello, inputs: ['exit=0'] })).toStrictEqual(completed(''))
    })

    it('is compiled only once', async () => {
      const own = await runtimeOfTest({ isolation })
      expect((await run(own, { binary: hello })).compileMs).toBeGreaterThan(0)
      expect((await run(own, { binary: hello })).compileMs).toBe(0)
    })
  })

  describe('with typed exports', () => {
    it.each([
      ['echo-bool', 'true'],
      ['echo-u8', '255'],
      ['echo-s8', '-128'],
      ['echo-u16', '65535'],
      ['echo-s16', '-32768'],
      ['echo-u32', '4294967295'],
      ['echo-s32', '-2147483648'],
      ['echo-u64', '18446744073709551615'],
      ['echo-s64', '-9223372036854775808'],
      ['echo-f32', 'nan'],
      ['echo-f64', '-inf'],
      ['echo-char', "'\u{1f600}'"],
      ['echo-string', '"tab\\tand \u00fcml\u00e4ut"'],
      ['echo-bytes', '[0, 1, 255]'],
      ['echo-strings', '["", "a"]'],
      ['echo-points', '[{x: 1, y: 0.5, label: "p"}]'],
      ['echo-point', '{x: -1, y: -0, label: ""}'],
      ['echo-shape', '%none'],
      ['echo-shape', 'circle(2.5)'],
      ['echo-shape', 'rect((1, 4294967295))'],
      ['echo-shape', 'named("n")'],
      ['echo-color', 'blue-green'],
      ['echo-perms', '{read, exec}'],
      ['echo-many', '{b0, b31}'],
      ['echo-nested-option', 'some(none)'],
      ['echo-result', 'err("e")'],
      ['echo-bare-result', 'ok'],
      ['echo-inner-result', '(err(3), ok(4))'],
      ['echo-tuple', '(1, "two", true)'],
      [
        'echo-wide',
        `{${Array.from('abcdefghijklmnopqrst')
          .map((key, at) => `${key}: ${at}`)
          .join(', ')}}`,
      ],
    ])('answers %s %s', async (name, text) => {
      expect(await call(`local:typed/ops@0.1.0#${name}`, text)).toStrictEqual(completed(text))
    })

    it.each([
      ['its own before those of instances', 'add', ['1', '2'], '3'],
      ['one of an instance', 'local:typed/ops@0.1.0#add', ['1', '2'], '3'],
      ['one of an instance without its version', 'local:typed/ops#add', ['1', '2'], '3'],
      ['one that only an instance has', 'echo-color', ['red'], 'red'],
      ['one without result', 'nothing', [], ''],
      ['an option that is left out', 'echo-option', [], 'none'],
      ['an error, which is a value', 'fail', ['"why"'], 'err("why")'],
    ])('finds %s', async (_what, name, inputs, results) => {
      expect(await call(name, ...inputs)).toStrictEqual(completed(results))
    })

    it.each<[string, string[], string, RegExp]>([
      ['echo-u8', ['256'], 'call', /^"echo-u8": argument 1 \(`v`, u8\), column 1\b.*: .*255/],
      ['echo-pair', ['{left: 1}'], 'call', /"echo-pair": argument 1 .*column 8\b/],
      ['echo-point', ['{x: 1, y: 2}'], 'call', /`label`/],
      ['add', ['1'], 'call', /expected 2 arguments, found 1/],
      ['add', ['1', '2', '3'], 'call', /expected 2 arguments, found 3/],
      ['sub', [], 'call', /no function "sub" is exported; exported functions: "add", .*, …/],
      ['local:other/ops#add', [], 'call', /no function "local:other\/ops#add" is exported/],
      ['_start', [], 'call', /no function "_start" is exported/],
      ['trap', [], 'trap', /^trap: unreachable/],
    ])('fails for %s %j', async (name, inputs, code, error) => {
      expect(await call(name, ...inputs)).toStrictEqual(failed(code, error))
    })

    it('fails for a result without text form', async () => {
      expect(
        await outcome({ binary: hostile, name: 'counters#[constructor]counter', inputs: ['1'] }),
      ).toStrictEqual(failed('call', /result has no text form/))
    })
  })

  describe('that cannot run', () => {
    const broken = toBinary(component(section(5, vec([0x00, 0, vec()]))))

    it.each<[string, Task, string, RegExp]>([
      [
        'HTTP',
        { binary: fixture('components/http') },
        'unsupported',
        /serves HTTP, which PROPLET_HTTP_ENABLED/,
      ],
      [
        'what this Node.js cannot suspend, or no command',
        { binary: fixture('components/async') },
        'Suspending' in WebAssembly ? 'call' : 'unsupported',
        /WASI 0\.3|no function "_start" is exported/,
      ],
      [
        'imports of its own',
        { binary: fixture('components/hostile'), name: 'trap' },
        'binary',
        /provide: "tell"; compose it with a component that exports it$/,
      ],
      ['a broken one', { binary: broken }, 'binary', /malformed component: there is no component 0/],
    ])('fails: %s', async (_what, task, code, error) => {
      expect(await outcome(task)).toStrictEqual(failed(code, error))
    })

    it('names the function if more than one instance has it', async () => {
      expect(await outcome({ binary: hostile, name: 'echo', inputs: ['"x"'] })).toStrictEqual(
        failed(
          'call',
          /more than one function "echo" is exported; use one of these names: "counters#echo", "user#echo"/,
        ),
      )
      expect(await outcome({ binary: hostile, name: 'user#echo', inputs: ['"x"'] })).toStrictEqual(
        completed('"x"'),
      )
    })
  })

  describe('has limits', () => {
    const loop = { binary: fixture('components/loop'), name: 'loop' }

    it('of time', async () => {
      const own = await runtimeOfTest({ isolation, timeoutMs: 300 })
      expect((await run(own, loop)).outcome).toStrictEqual(failed('timeout', /time limit of 300ms/))
    })

    it('of memory, in all', async () => {
      const module = section(1, [...core(section(5, vec([0, u32(600)])))])
      const instance = section(2, vec([0x00, 0, vec()]))
      const two = toBinary(component(module, instance, instance))
      expect(await outcome({ binary: two })).toStrictEqual(
        failed('memory', /the component asks for 75 MiB of memory, the limit is 64 MiB/),
      )
    })

    it('of memory, as it grows', async () => {
      expect(await outcome({ ...loop, name: 'grow' })).toStrictEqual(
        failed('memory', /memory limit of 64 MiB/),
      )
    })

    it('of output', async () => {
      const own = await runtimeOfTest({ isolation, outputMaxBytes: 10 })
      expect((await run(own, { binary: hello })).outcome).toStrictEqual(
        failed('output', /output limit of 10 bytes exceeded on stdout/, 'hello from'),
      )
    })

    it('and can be stopped', async () => {
      const own = await runtimeOfTest({ isolation })
      const stop$ = new Subject<StopReason>()
      const ran = await run(own, loop, stop$, ({ type }) => {
        if (type === 'started') stop$.next('stopped')
      })
      expect(ran.outcome).toStrictEqual({ kind: 'stopped', results: '' })
    })
  })
})
