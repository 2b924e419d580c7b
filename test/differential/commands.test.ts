import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { built } from '../../packages/component/test/link/harness.js'
import { fixture, openRuntime, run } from '../runtime/embedded/harness.js'
import type { EmbeddedRuntime } from '../../src/runtime/embedded/embedded.js'
import { commandOfJco, transpiled, type Transpiled } from './jco.js'

type Case = readonly [what: string, inputs: readonly string[], env: Readonly<Record<string, string>>]

const CASES: readonly Case[] = [
  ['stdout', [], {}],
  ['arguments', ['args', '', 'two words', '\u{1f600}'], {}],
  // no empty value: with jco 0.15 the program sees `EMPTY=` and the next variable as one
  ['variables', ['env'], { GREETING: 'hi', UNICODE: '\u00fc=\u{1f600}' }],
  ['both outputs', ['out=result', 'err=noise', 'out=, more'], {}],
  ['a file and a directory', ['read=/data/file', 'list=/data'], {}],
  ['a file that is not there', ['out=so far', 'read=/data/none'], {}],
  ['a file that is outside', ['read=/data/../secret', 'read=/etc/passwd'], {}],
  ['status 0', ['exit=0'], {}],
  ['another status', ['out=so far', 'err=why', 'exit=3'], {}],
]

describe('a command, here and with jco', () => {
  let runtime: EmbeddedRuntime
  let component: Transpiled
  const folder = mkdtempSync(join(tmpdir(), 'differential-'))
  beforeAll(async () => {
    writeFileSync(join(folder, 'file'), 'from the host')
    const dirs = [{ hostPath: folder, guestPath: '/data', readonly: true }]
    runtime = await openRuntime({ dirs })
    component = await transpiled('hello', built('hello'))
  })
  afterAll(async () => {
    await runtime.close()
    rmSync(folder, { recursive: true })
  })

  it.each(CASES)('%s', async (_what, inputs, env) => {
    const { outcome, stdout, stderr } = await run(runtime, {
      binary: fixture('components/hello'),
      inputs,
      env,
    })
    const jco = await commandOfJco(component, {
      args: ['_start', ...inputs],
      env,
      preopens: { '/data': folder },
    })
    const code = outcome.kind === 'failed' ? outcome.code : outcome.kind
    expect({ stdout, stderr, code }).toStrictEqual({
      stdout: jco.stdout,
      stderr: jco.stderr,
      code: jco.status === 0 ? 'completed' : 'exit',
    })
    expect(outcome.results).toBe(jco.stdout)
  })
})
