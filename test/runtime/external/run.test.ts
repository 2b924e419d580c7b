import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createHash } from 'node:crypto'
import { fixture, fixturePath, MIB, run, toBinary } from '../embedded/harness.js'
import { directoryOfTest, externalOfTest, installedExec, program } from './harness.js'

const completed = (results: string) => ({ kind: 'completed', results })

describe('a task in proplet exec', () => {
  it('is the example of the design document', async () => {
    const { runtime } = externalOfTest()
    const task = {
      binary: fixture('add'),
      name: 'add',
      cliArgs: ['--invoke', 'add'],
      inputs: ['10', '20'],
    }
    const { outcome, events } = await run(runtime, task)
    expect(outcome).toStrictEqual(completed('30\n'))
    expect(events.map(({ type }) => type)).toStrictEqual(['started', 'output', 'ended'])
  })

  it.each([
    [
      'a program, with arguments',
      'args-env',
      '_start',
      ['a b', '7'],
      'arg 0: module.wasm\narg 1: a b\narg 2: 7\n',
    ],
    ['the command of a component', 'components/hello', '_start', [], 'hello from a component\n'],
    [
      'a typed export, its argument in WAVE',
      'components/typed',
      'local:typed/ops#echo-point',
      ['{x: 1, y: 0.5, label: "a, (b"} // as it is'],
      '{x: 1, y: 0.5, label: "a, (b"}\n',
    ],
  ])('calls %s', async (_, binary, name, inputs, results) => {
    const { runtime } = externalOfTest()
    expect((await run(runtime, { binary: fixture(binary), name, inputs })).outcome).toStrictEqual(
      completed(results),
    )
  })

  it('uses a binary directly from the cache', async () => {
    const bytes = fixture('add')
    const path = fixturePath('add')
    const { runtime } = externalOfTest()
    const binary = { ...bytes, content: { path } }
    const task = { binary, name: 'add', inputs: ['1', '2'] }
    expect((await run(runtime, task)).outcome).toStrictEqual(completed('3\n'))
    const wrong = { ...binary, digest: `sha256:${createHash('sha256').update('x').digest('hex')}` }
    expect((await run(runtime, { ...task, binary: wrong })).outcome).toMatchObject({
      code: 'binary',
      error: expect.stringContaining('does not match its digest') as string,
    })
  })

  it('gives the guest its variables, even those that a loader would act upon, and the directories', async () => {
    const dir = directoryOfTest()
    writeFileSync(join(dir, 'here'), 'text')
    const { runtime } = externalOfTest({ dirs: [dir] })
    const env = { GREETING: 'hello', NODE_OPTIONS: '--no-such-option', PATH: '/of/guest' }
    const { outcome } = await run(runtime, { binary: fixture('args-env'), env })
    expect(outcome).toMatchObject({
      results: expect.stringContaining(
        'env: GREETING=hello\nenv: NODE_OPTIONS=--no-such-option\nenv: PATH=/of/guest\n',
      ) as string,
    })
    const files = await run(runtime, { binary: fixture('files'), inputs: ['list', dir] })
    expect(files.outcome).toMatchObject({
      kind: 'completed',
      results: expect.stringContaining('here') as string,
    })
  })

  it.each([
    ['a trap', 'hostile', 'trap', [], 'trap', /^trap: .*134; stderr ends: Error: trap: unreachable$/],
    ['an exit status', 'exit', '_start', ['3'], 'exit', /^exited with status 3; stderr ends: to stderr$/],
    ['no such function', 'add', 'nope', [], 'call', /^no function "nope" is exported$/],
    ['a name that looks like an option', 'add', '--dir=/', [], 'call', /^name: /],
    ['a server that is not allowed', 'components/http', 'x', [], 'unsupported', /PROPLET_HTTP_ENABLED/],
  ])('fails for %s', async (_, binary, name, inputs, code, error) => {
    const { runtime } = externalOfTest()
    const { outcome } = await run(runtime, { binary: fixture(binary), name, inputs })
    expect(outcome).toMatchObject({ kind: 'failed', code, error: expect.stringMatching(error) as string })
  })

  it('names the function that it runs instead', async () => {
    const { runtime } = externalOfTest()
    const { outcome, warnings } = await run(runtime, { binary: fixture('fallback'), name: 'nope' })
    expect(outcome).toStrictEqual(completed('1\n'))
    expect(warnings).toStrictEqual(['no function "nope" is exported; running "main" instead'])
  })

  it('refuses a file that is not a binary', async () => {
    const { runtime } = externalOfTest()
    const { outcome } = await run(runtime, { binary: toBinary(Buffer.from('(module)')) })
    expect(outcome).toMatchObject({ kind: 'failed', code: 'binary' })
  })

  it('leaves nothing behind, whatever its ID', async () => {
    const { runtime, temporary } = externalOfTest()
    const id = '../../../tmp/$(touch /tmp/pwned);\0'
    await run(runtime, { id, binary: fixture('add'), name: 'add', inputs: ['1', '2'] })
    await run(runtime, { id, binary: fixture('add'), name: 'nope' })
    expect(readdirSync(temporary)).toStrictEqual([])
  })

  it('has a name that identifies the program', () => {
    expect(externalOfTest({ program: installedExec() }).runtime.name).toBe('proplet-exec-external')
  })
})

describe('how the runtime is called', () => {
  const shown = async (task: Partial<Parameters<typeof run>[1]>, options = {}) => {
    const { runtime } = externalOfTest({ program: program('show.sh'), ...options })
    const { outcome } = await run(runtime, { binary: fixture('add'), ...task })
    if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome))
    const lines = outcome.results.split('\n')
    const of = (kind: string) =>
      lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1))
    return {
      args: of('arg'),
      env: of('env'),
      mode: of('mode'),
      cwd: of('cwd'),
      environment: of('environment'),
    }
  }

  it('is with values of variables in the environment only, in a private directory', async () => {
    const dirs = ['/usr/share', '/var/lib']
    const task = { name: 'add', inputs: ['1', '-2'], env: { SECRET: 'hunter2', LD_PRELOAD: '/evil.so' } }
    const { args, env, mode, cwd } = await shown(task, { dirs })
    const directory = cwd[0] ?? ''
    expect(args).toStrictEqual([
      ...['run', '--invoke', 'add', '--dir', '/usr/share', '--dir', '/var/lib'],
      ...['--env', 'SECRET', '--env', 'LD_PRELOAD=/evil.so', `${directory}/module.wasm`, '1', '-2'],
    ])
    expect(env.map((line) => line.replace(/=.*/, ''))).toStrictEqual([
      'HOME',
      'PATH',
      'PWD',
      'SECRET',
      'TMPDIR',
    ])
    expect(env).toContain('SECRET=hunter2')
    expect(mode).toStrictEqual(['700'])
    expect(directory).toMatch(/\/proplet-external-[0-9a-f]{8}-\d+-\w{6}$/)
  })

  it('is with large environments', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `BIG_${i}`)
    const env = Object.fromEntries(names.map((name) => [name, 'x'.repeat(50_000)]))
    const { args, environment } = await shown({ name: 'add', env })
    expect(Number(environment[0])).toBeGreaterThan(MIB * 0.95)
    expect(args.join(' ').length).toBeLessThan(1000)
  })

  it.each([
    ['one that is too long', { A: 'x'.repeat(131_072) }, /at most 128 KiB each/],
    [
      'many that are',
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`A${i}`, 'x'.repeat(100_000)])),
      /too long/,
    ],
    ['a name that looks like an option', { '-Sinherit-network': '' }, /do not begin with "-"/],
  ])('is not, with a variable: %s', async (_, env, error) => {
    const { runtime, temporary } = externalOfTest({ program: program('show.sh') })
    const { outcome } = await run(runtime, { binary: fixture('add'), name: 'add', env })
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'call',
      error: expect.stringMatching(error) as string,
    })
    expect(readdirSync(temporary)).toStrictEqual([])
  })

  it('is with a flag only if it is allowed', async () => {
    const cliArgs = ['--dir', '/etc']
    const { runtime } = externalOfTest({ program: program('show.sh') })
    const { outcome } = await run(runtime, { binary: fixture('add'), name: 'add', cliArgs })
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'rejected',
      error: expect.stringMatching(
        /^cli_args: "--dir" is not allowed here; .*PROPLET_ALLOW_CLI_ARGS/,
      ) as string,
    })
    const { args } = await shown({ name: 'add', cliArgs }, { allowCliArgs: ['--dir'] })
    expect(args.slice(0, 5)).toStrictEqual(['run', '--invoke', 'add', '--dir', '/etc'])
  })
})

it('runs tasks in wasm-interp of wabt', async () => {
  const { runtime } = externalOfTest({ program: program('wasm-interp.sh') })
  const outcomes = []
  for (const [name, of] of [
    ['main', 'fallback'],
    ['run', 'fallback'],
    ['_start', 'fallback'],
    ['answer', 'initialize'],
  ] as const)
    outcomes.push((await run(runtime, { binary: fixture(of), name })).outcome)
  expect(outcomes).toMatchObject([
    completed('1\n'),
    completed('2\n'),
    { kind: 'failed', code: 'trap', error: expect.stringContaining('unreachable executed') as string },
    completed('42\n'),
  ])
})

it('removes what a killed proplet left behind, and nothing else', async () => {
  const temporary = directoryOfTest()
  const { runtime: first } = externalOfTest({ program: program('show.sh'), temporaryDirectory: temporary })
  const { stdout } = await run(first, { binary: fixture('add'), name: 'add' })
  const mine = /proplet-external-[0-9a-f]{8}-(\d+)-/.exec(stdout)
  if (mine === null) throw new Error(stdout)
  // No process has this ID.
  const left = mine[0].replace(mine[1] ?? '', '4194305')
  mkdtempSync(join(temporary, left))
  mkdtempSync(join(temporary, mine[0]))
  mkdtempSync(join(temporary, 'of-another-'))
  await externalOfTest({ temporaryDirectory: temporary }).runtime.close()
  expect(readdirSync(temporary).map((name) => name.slice(0, -6))).toStrictEqual(['of-another-', mine[0]])
})
