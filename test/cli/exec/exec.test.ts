import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { jspiFlags } from '../../../src/runtime/embedded/guests/jspi-flags.js'
import { childrenOf, gone } from '../../support/daemon.js'
import { freePort } from '../../support/free-port.js'
import { fixturePath } from '../../runtime/embedded/harness.js'
import { PLACES, run as runAt, script, start as startAt } from './start.js'

const env = { GREETING: 'hello' }

const [DIRECTLY, IN_PROCESS, FOR_LACK_OF_STACK] = PLACES

describe.each([DIRECTLY, IN_PROCESS])('exec in $place', (place) => {
  const start = (args: readonly string[]) => startAt(args, { env, place })
  const run = (args: readonly string[]) => runAt(args, { env, place })

  it.each([
    ['a function of a module', ['--invoke', 'add', fixturePath('add'), '10', '20'], '30\n'],
    [
      'a typed function of a component',
      ['--invoke', 'echo-point({x: 1, y: 0.5, label: "a,b"})', fixturePath('components/typed')],
      '{x: 1, y: 0.5, label: "a,b"}\n',
    ],
    [
      'a program, with arguments and variables',
      ['run', '--env', 'GREETING', '--env', 'A=b', '--argv0', 'me', fixturePath('args-env'), 'x', '--env'],
      'arg 0: me\narg 1: x\narg 2: --env\nenv: GREETING=hello\nenv: A=b\n',
    ],
  ])('runs %s', async (_, args, stdout) => {
    expect(await run(args)).toStrictEqual({ code: 0, stdout, stderr: '' })
  })

  it('gives the guest the stack that is asked for', async () => {
    const deep = ['--invoke', 'depth', fixturePath('hostile'), '20000']
    expect(await run(deep)).toMatchObject({ code: 0, stdout: '20000\n' })
    expect(await run(['-W', 'max-wasm-stack=1048576', ...deep])).toMatchObject({
      code: 134,
      stderr: expect.stringContaining('trap: stack overflow') as string,
    })
  })

  it('reads the file from standard input', async () => {
    const { child, ended } = start(['--invoke', 'add', '-', '1', '2'])
    child.stdin.end(readFileSync(fixturePath('add')))
    expect(await ended).toStrictEqual({ code: 0, stdout: '3\n', stderr: '' })
  })

  it('reads the file from a named pipe', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'proplet-test-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    const pipe = join(dir, 'pipe')
    execFileSync('mkfifo', [pipe])
    const writer = spawn('bash', ['-c', 'cat "$0" >"$1"', fixturePath('add'), pipe])
    onTestFinished(() => void writer.kill())
    expect(await run(['--invoke', 'add', pipe, '1', '2'])).toStrictEqual({
      code: 0,
      stdout: '3\n',
      stderr: '',
    })
  })

  it('gives a program directories, under another name if requested', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'proplet-test-'))
    onTestFinished(() => rmSync(dir, { recursive: true }))
    writeFileSync(join(dir, 'file'), 'text')
    const { stdout } = await run(['--dir', `${dir}::/data`, fixturePath('files'), 'list', '/data'])
    expect(stdout).toContain('file')
    expect(await run(['--dir', join(dir, 'nope'), fixturePath('add')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not a directory') as string,
    })
  })

  it.each([
    ['the status of the guest', [fixturePath('exit'), '3'], 3, 'to stdout\n', /^to stderr\n$/],
    [
      '134 after a trap',
      ['--invoke', 'fail', fixturePath('speak')],
      134,
      'said on stdout',
      /^said on stderrError: trap: unreachable\n$/,
    ],
    [
      '1 for what is not exported',
      ['--invoke', 'nope', fixturePath('fallback')],
      1,
      '',
      /^Error: no function "nope" is exported; exported/,
    ],
    [
      '1 for a module that needs the hardware abstraction layer',
      [fixturePath('hal-command')],
      1,
      '',
      /^Error: "elastic:tee-hal\/\S+" is imported, but the hardware abstraction layer is off/,
    ],
    [
      '1 for a component that needs it',
      ['--invoke', 'run-hal-test()', fixturePath('components/hal-test')],
      1,
      '',
      /^Error: "elastic:hal\/\S+" is imported, but the hardware abstraction layer is off/,
    ],
    ['1 for what cannot be read', ['/nowhere.wasm'], 1, '', /^Error: "\/nowhere.wasm" can't be read: ENOENT/],
    ['1 for what is no binary', ['package.json'], 1, '', /^Error: not a WebAssembly binary/],
    ['64 for a wrong command line', ['--no-such=1'], 64, '', /^Error: found "--no-such/],
  ])('exits with %s', async (_, args, code, stdout, stderr) => {
    expect(await run(args)).toStrictEqual({ code, stdout, stderr: expect.stringMatching(stderr) as string })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends the guest by %s, and reports it in its status', async (signal, code) => {
    const { child, ended, says } = start(['--invoke', 'wait', fixturePath('speak')])
    await says('said on stdout')
    const guests = childrenOf(child.pid)
    expect(guests).toHaveLength(place === DIRECTLY && jspiFlags().length === 0 ? 0 : 1)
    child.kill(signal)
    expect((await ended).code).toBe(code)
    await gone(guests)
  })

  it('takes the guest down when it is killed', async () => {
    const { child, ended, says } = start(['--invoke', 'wait', fixturePath('speak')])
    await says('said on stdout')
    const guests = childrenOf(child.pid)
    child.kill('SIGKILL')
    await ended
    await gone(guests)
  })

  it('passes on output of any size, as it arrives', async () => {
    const { code, stdout } = await run(['--invoke', 'some', fixturePath('flood')])
    expect([code, stdout.length]).toStrictEqual([0, 2 ** 20])
  })

  it('limits the memory', async () => {
    const args = ['-W', 'max-memory-size=1048576', '--invoke', 'answer', fixturePath('big-memory')]
    expect(await run(args)).toMatchObject({ code: 134, stderr: expect.stringContaining('memory') as string })
  })
})

describe('exec', () => {
  it('serves HTTP until it is ended', async () => {
    const port = await freePort()
    const args = [
      'serve',
      '--addr',
      `127.0.0.1:${port}`,
      '--env',
      'GREETING',
      fixturePath('components/http-server'),
    ]
    const { child, ended, output } = startAt(args, { env })
    await vi.waitFor(() => expect(output.stderr).toContain(`http://127.0.0.1:${port}`), 10_000)
    const answer = await fetch(`http://127.0.0.1:${port}/env`)
    expect(await answer.text()).toContain('GREETING=hello\n')
    const busy = await runAt(args, { env })
    expect(busy).toMatchObject({ code: 1, stderr: `Error: port ${port} is in use\n` })
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130 })
  })

  it('runs the guest in another process if this one has a smaller stack', async () => {
    const { child, says } = startAt(['--invoke', 'wait', fixturePath('speak')], { place: FOR_LACK_OF_STACK })
    await says('said on stdout')
    expect(childrenOf(child.pid)).toHaveLength(1)
  })

  it('is a command of proplet, too', () => {
    const args = [script('main.js'), 'exec', '--invoke', 'add', fixturePath('add'), '1', '2']
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('3\n')
  })

  it.each(['exec.js', 'exec.cjs'])('%s starts Node.js itself, with the stack of guests', (name) => {
    const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
    const args = ['--invoke', 'depth', fixturePath('hostile'), '20000']
    expect(execFileSync(script(name), args, { env: { PATH }, encoding: 'utf8' })).toBe('20000\n')
  })
})
