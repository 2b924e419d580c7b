import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import type { Outcome } from '../../../src/model/outcome.js'
import { fixture, ISOLATIONS, openRuntime, run, toBinary, type Task } from './harness.js'

const completed = (results: string): Outcome => ({ kind: 'completed', results })
const failed = (code: string, error: RegExp, results = '') => ({
  kind: 'failed',
  code,
  error: expect.stringMatching(error) as string,
  results,
})

describe.each(ISOLATIONS)('a call (%s)', (isolation) => {
  let runtime: EmbeddedRuntime
  beforeAll(async () => {
    runtime = await openRuntime({ isolation })
  })
  afterAll(() => runtime.close())

  const outcome = async (task: Task): Promise<Outcome> => (await run(runtime, task)).outcome
  const numbers = (name: string, ...inputs: string[]) => outcome({ binary: fixture('numbers'), name, inputs })

  describe('arguments and results', () => {
    it.each([
      ['i32', '7', '7'],
      ['i32', '-2147483648', '-2147483648'],
      ['i32', '2147483647', '2147483647'],
      ['i32', '-0', '0'],
      ['i32', '000000000000000000000000000000012', '12'],
      ['i64', '9223372036854775807', '9223372036854775807'],
      ['i64', '18446744073709551615', '-1'],
      ['i64', '-9223372036854775808', '-9223372036854775808'],
      ['i64', '9007199254740993', '9007199254740993'],
      ['f32', '0.1', '0.1'],
      ['f32', '16777217', '16777216'],
      ['f32', '3.4028234663852886e38', '3.4028235e+38'],
      ['f32', 'nan', 'nan'],
      ['f64', '0.1', '0.1'],
      ['f64', '-0', '-0'],
      ['f64', '1e308', '1e+308'],
      ['f64', 'inf', 'inf'],
      ['f64', '-inf', '-inf'],
      ['f64', '5e-324', '5e-324'],
    ])('%s %s comes back as %s', async (name, input, result) => {
      expect(await numbers(name, input)).toStrictEqual(completed(result))
    })

    it('returns several values one per line', async () => {
      expect(await numbers('all', '-1', '9007199254740993', '0.5', '0.1')).toStrictEqual(
        completed('-1\n9007199254740993\n0.5\n0.1'),
      )
    })

    it.each([
      ['i32', '4294967296', /argument 1 of "i32" \(i32\): "4294967296" does not fit in 32 bits/],
      ['i32', '2147483648', /"2147483648" does not fit in 32 bits with a sign/],
      ['i32', '-2147483649', /does not fit in 32 bits/],
      ['i32', ' 5', /" 5" is not a decimal integer/],
      ['i64', '5\n', /is not a decimal integer/],
      ['f64', '0.5 ', /"0.5 " is not a decimal number/],
      ['i32', '1.5', /argument 1 of "i32" \(i32\): "1.5" is not a decimal integer/],
      ['i32', '', /"" is not a decimal integer/],
      ['i64', '18446744073709551616', /does not fit in 64 bits/],
      ['i64', '9'.repeat(100_000), /does not fit in 64 bits/],
      ['f32', '1e39', /argument 1 of "f32" \(f32\): "1e39" is out of range/],
      ['f64', 'ten', /argument 1 of "f64" \(f64\): "ten" is not a decimal number/],
      ['f64', '0x10', /is not a decimal number/],
      ['vector', '1', /argument 1 of "vector" \(v128\): a value of this type has no text form/],
      ['reference', '1', /argument 1 of "reference" \(externref\)/],
    ])('%s refuses %.30s (14.7)', async (name, input, error) => {
      expect(await numbers(name, input)).toStrictEqual(failed('call', error))
    })

    it('refuses a wrong count, naming the expected one', async () => {
      expect(await numbers('all', '1')).toStrictEqual(
        failed('call', /^"all" takes 4 \(i32, i64, f32, f64\), found 1$/),
      )
      expect(await numbers('nothing', '1')).toStrictEqual(failed('call', /takes no arguments, found 1/))
    })

    it('refuses results without a text form before the call', async () => {
      expect(await numbers('give_vector')).toStrictEqual(failed('call', /"give_vector" returns v128/))
      expect(await numbers('give_reference')).toStrictEqual(failed('call', /returns funcref/))
    })
  })

  describe('which function', () => {
    it('calls _initialize once before the function', async () => {
      expect(await outcome({ binary: fixture('initialize'), name: 'answer' })).toStrictEqual(completed('42'))
      expect(await outcome({ binary: fixture('initialize'), name: '_initialize' })).toStrictEqual(
        completed(''),
      )
    })

    it('falls back to main with a warning when the name is not exported', async () => {
      const { outcome, warnings } = await run(runtime, { binary: fixture('fallback'), name: 'missing' })
      expect(outcome).toStrictEqual(completed('1'))
      expect(warnings).toStrictEqual(['no function "missing" is exported; running "main" instead'])
    })

    it('falls back to the WASI command last', async () => {
      const { outcome, warnings } = await run(runtime, {
        binary: fixture('args-env'),
        name: 'missing',
        inputs: ['a'],
      })
      expect(outcome).toStrictEqual(completed('arg 0: missing\narg 1: a\n'))
      expect(warnings).toHaveLength(1)
    })

    it('names the exported functions if there is nothing to call', async () => {
      expect(await outcome({ binary: fixture('add'), name: 'sub' })).toStrictEqual(
        failed('call', /^no function "sub" is exported; exported functions: "add"$/),
      )
    })

    it.each(['_start', 'fl-round-7'])('runs the WASI command as %s with its inputs', async (name) => {
      const task = {
        binary: fixture('args-env'),
        name,
        inputs: ['10', 'b c'],
        cliArgs: ['--unused'],
        env: { KEY: 'välue' },
      }
      expect(await outcome(task)).toStrictEqual(
        completed(`arg 0: ${name}\narg 1: 10\narg 2: b c\nenv: KEY=välue\n`),
      )
    })

    it('passes on variables of many megabytes, along with short ones, with or without the binary', async () => {
      const model = `{"b":2,"padding":"${'x'.repeat(10_000_000)}é"}`
      const env = {
        ROUND_ID: 'r1',
        MODEL_DATA: model,
        DATASET_DATA: `{"data":[${'{"x":[],"y":1},'.repeat(20_000)}{"x":[],"y":1}]}`,
        HYPERPARAMS: '{"epochs":0}',
      }
      const task = { binary: fixture('train'), name: 'fl-round-r1', env }
      const expected = `{"round_id":"r1","proplet_id":"","num_samples":20001,"metrics":{"loss":1,"model_bytes":${Buffer.byteLength(model)}},"update":{"w":[],"b":0}}\n`
      for (let run = 0; run < 2; run++) expect(await outcome(task)).toStrictEqual(completed(expected))
    })

    it('passes the CLI arguments to a function', async () => {
      const task = { binary: fixture('speak'), name: 'show', cliArgs: ['--a', 'b'] }
      expect(await outcome(task)).toStrictEqual(completed('show\0--a\0b\0'))
    })

    it('refuses arguments and variables with NUL', async () => {
      const binary = fixture('args-env')
      expect(await outcome({ binary, inputs: ['a\0b'] })).toStrictEqual(failed('call', /without NUL/))
      expect(await outcome({ binary, env: { A: 'b\0' } })).toStrictEqual(failed('call', /without NUL/))
    })
  })

  describe('output', () => {
    it('is the result of a function without return values, invalid UTF-8 replaced', async () => {
      expect(await outcome({ binary: fixture('speak'), name: 'garbage' })).toStrictEqual(
        completed('a\ufffd\ufffdb'),
      )
    })

    it('is streamed live, and not part of the result of a function with return values', async () => {
      const { outcome, stdout, stderr } = await run(runtime, { binary: fixture('speak'), name: 'answer' })
      expect(outcome).toStrictEqual(completed('42'))
      expect({ stdout, stderr }).toStrictEqual({ stdout: 'said on stdout', stderr: 'said on stderr' })
    })

    it('arrives complete, however much it is', async () => {
      expect(await outcome({ binary: fixture('flood'), name: 'some' })).toStrictEqual(
        completed('x'.repeat(1024 * 1024)),
      )
    })
  })

  describe('the end', () => {
    it('treats proc_exit(0) as success', async () => {
      expect(await outcome({ binary: fixture('speak'), name: 'quit' })).toStrictEqual(
        completed('said on stdout'),
      )
    })

    it('reports an exit status with the end of stderr, and keeps stdout', async () => {
      expect(await outcome({ binary: fixture('exit'), inputs: ['3'] })).toStrictEqual(
        failed('exit', /^exited with status 3; stderr ends: to stderr$/, 'to stdout\n'),
      )
    })

    it("reports a trap in the engine's words, with the end of stderr", async () => {
      expect(await outcome({ binary: fixture('speak'), name: 'fail' })).toStrictEqual(
        failed('trap', /^trap: unreachable; stderr ends: said on stderr$/, 'said on stdout'),
      )
      expect(await outcome({ binary: fixture('hostile'), name: 'divide', inputs: ['0'] })).toStrictEqual(
        failed('trap', /^trap: divide by zero$/),
      )
    })

    it('runs the default export as the program where there is no _start, initialized', async () => {
      expect(await outcome({ binary: fixture('default'), name: '_start' })).toStrictEqual(
        failed('exit', /^exited with status 7/),
      )
    })

    // As deep as wasmtime's default stack of 1 MiB allows; a thread has the stack that Node.js gives it.
    it.runIf(isolation !== 'thread')('has room for 30,000 calls within each other', async () => {
      const asked = { binary: fixture('hostile'), name: 'depth', inputs: ['30000'] }
      expect(await outcome(asked)).toStrictEqual({ kind: 'completed', results: '30000' })
    })

    it('reports a deep recursion as a trap', async () => {
      expect(await outcome({ binary: fixture('hostile'), name: 'recurse', inputs: ['1'] })).toStrictEqual(
        failed('trap', /stack overflow/),
      )
    })
  })

  describe('binaries', () => {
    it('names imports that are not provided', async () => {
      expect(await outcome({ binary: fixture('unknown-import'), name: 'answer' })).toStrictEqual(
        failed(
          'binary',
          /"env\.missing" \(function\), "wasi_snapshot_preview1\.no_such_call" \(function\); link what it needs into it/,
        ),
      )
    })

    it.each([
      ['an empty one', [], 'binary', /not a WebAssembly binary: 0 bytes/],
      ['something else', [...Buffer.from('#!/bin/sh')], 'binary', /does not begin with \\0asm/],
      [
        'an empty component',
        [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0],
        'call',
        /the component exports no functions/,
      ],
      [
        'an older component',
        [0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0],
        'unsupported',
        /version 0x0a.*; build it again/,
      ],
      ['another version', [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], 'binary', /version field 0x2/],
      [
        'a broken section',
        [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 100],
        'binary',
        /malformed WebAssembly binary/,
      ],
      [
        'a bad body',
        [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, 2, 1, 0],
        'binary',
        /not a valid WebAssembly module/,
      ],
    ])('refuses %s', async (_what, bytes, code, error) => {
      expect(await outcome({ binary: toBinary(Uint8Array.from(bytes)), name: 'x' })).toStrictEqual(
        failed(code, error),
      )
    })
  })
})
