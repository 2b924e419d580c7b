import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, openSync, closeSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTerminal } from '../../support/terminal.js'
import { fixturePath } from '../../runtime/embedded/harness.js'
import { commandOf, PLACES, run, script, start as startAt, type Place } from './start.js'

/** `EXEC` in the line stands for the program. */
const shell = (line: string, env: Readonly<Record<string, string>> = {}, place?: Place) =>
  promisify(execFile)('bash', ['--norc', '-c', line.replaceAll('EXEC', commandOf(place))], {
    env: { PATH: process.env['PATH'], ...env },
    timeout: 30_000,
  })

const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'proplet-stdin-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

const [DIRECTLY, IN_PROCESS] = PLACES
const PROGRAMS = [
  { wasi: 'preview 1', program: fixturePath('stdin'), ...DIRECTLY },
  { wasi: '0.2', program: fixturePath('components/stdin'), ...DIRECTLY },
  { wasi: 'preview 1', program: fixturePath('stdin'), ...IN_PROCESS },
  { wasi: '0.2', program: fixturePath('components/stdin'), ...IN_PROCESS },
]

describe.each(PROGRAMS)(
  'C2: standard input of a program of WASI $wasi in $place',
  ({ program, ...place }) => {
    const start = (args: readonly string[]) => startAt(args, { place })

    it('streams: data is read as it arrives, to the end', async () => {
      const { child, says, ended } = start([program, 'cat'])
      child.stdin.write('one\n')
      await says('one\n')
      child.stdin.write('two\n')
      await says('one\ntwo\n')
      child.stdin.end('three')
      expect(await ended).toStrictEqual({ code: 0, stdout: 'one\ntwo\nthree', stderr: '' })
    })

    it('can be polled, beside a clock', async () => {
      const { child, says, ended } = start([program, 'poll'])
      await says('waiting\n')
      child.stdin.write('one\n')
      await says('waiting\ngot one\n')
      child.stdin.end('two\n')
      expect(await ended).toStrictEqual({ code: 0, stdout: 'waiting\ngot one\ngot two\nend\n', stderr: '' })
    })

    it('may be a file, of any size, or a pipe between programs', async () => {
      const [from, to] = [join(folder(), 'from'), join(folder(), 'to')]
      writeFileSync(from, randomBytes(1_000_003))
      const env = { PROGRAM: program, FROM: from, TO: to }
      await shell('EXEC "$PROGRAM" cat <"$FROM" >"$TO"', env, place)
      expect(readFileSync(to).equals(readFileSync(from))).toBe(true)
      await shell('cat "$FROM" | EXEC "$PROGRAM" cat | cat >"$TO"', env, place)
      expect(readFileSync(to).equals(readFileSync(from))).toBe(true)
      const { stdout } = await shell('EXEC "$PROGRAM" poll </dev/null', env, place)
      expect(stdout).toBe('end\n')
    })

    it('may be a terminal, and is recognised as one', async () => {
      // A line as long as that command would be wrapped.
      const EXEC = `${commandOf(place)} "${program}"`
      const terminal = await openTerminal('bash --norc', { PS1: '$ ', EXEC })
      onTestFinished(terminal.close)
      const exec = (rest: string) => `eval "$EXEC ${rest}"`
      expect((await terminal.command(exec('terminals'))).screen).toMatch(/^111$/m)
      expect((await terminal.command(exec('terminals </dev/null 2>&1 | cat'))).screen).toMatch(/^000$/m)
      await terminal.type(`${exec('poll')}; echo status=$?`)
      await terminal.keys('Enter')
      await terminal.sees(/^waiting$/m)
      await terminal.type('typed')
      await terminal.keys('Enter')
      await terminal.sees(/^got typed$/m)
      await terminal.keys('C-d')
      await terminal.sees(/^end\nstatus=0$/m)
      await terminal.type(exec('cat'))
      await terminal.keys('Enter')
      await terminal.type('again')
      await terminal.keys('Enter')
      await terminal.sees(/^again\nagain$/m)
      await terminal.keys('C-c')
      await terminal.sees(/^\^C\n?\$/m)
      await terminal.type('echo status=$?')
      await terminal.keys('Enter')
      await terminal.sees(/^status=130$/m)
    })

    it('is empty if it is not inherited', async () => {
      const { ended } = start(['-S', 'inherit-stdin=n', program, 'poll'])
      expect(await ended).toStrictEqual({ code: 0, stdout: 'end\n', stderr: '' })
    })

    it('may be non-blocking', async () => {
      // O_NONBLOCK belongs to the pipe, so the other process, here Node.js, sets it for all. Bash gives it /dev/null unless told.
      const script = `new net.Socket({ fd: 0, manualStart: true }); fs.writeFileSync(process.env.READY, ''); setInterval(() => {}, 1000)`
      const other = `{ "$NODE" -e "${script}" <&3 & } 3<&0; until [ -e "$READY" ]; do sleep 0.02; done`
      const line = `${other}; ${commandOf(place)} "$PROGRAM" cat; kill %1`
      const child = spawn('bash', ['--norc', '-c', line], {
        env: {
          PATH: process.env['PATH'],
          NODE: process.execPath,
          PROGRAM: program,
          READY: join(folder(), 'ready'),
        },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      let seen = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text))
      child.stdin.write('one ')
      await expect.poll(() => seen, { timeout: 15_000 }).toBe('one ')
      child.stdin.end('two')
      await once(child.stdout, 'close')
      expect(seen).toBe('one two')
    })
  },
)

describe('C2: a program of preview 1', () => {
  it('gets EAGAIN if it reads without waiting', async () => {
    const { child, ended } = startAt([fixturePath('stdin'), 'again'])
    expect(await ended).toStrictEqual({ code: 0, stdout: 'EAGAIN\n', stderr: '' })
    child.stdin.end()
  })
})

describe('C2: standard input that nobody reads', () => {
  it.each([
    ['a module', ['--invoke', 'add', fixturePath('add'), '1', '2'], '3\n'],
    ['a program', [fixturePath('components/hello')], 'hello from a component\n'],
    ['a program that polls once', [fixturePath('stdin'), 'again'], 'EAGAIN\n'],
  ])('does not hold %s', async (_, args, stdout) => {
    expect(await startAt(args).ended).toStrictEqual({ code: 0, stdout, stderr: '' })
  })

  it('is left to other processes that share it', async () => {
    const { stdout } = await shell(`printf 'a\\nb\\n' | { EXEC --invoke add "$PROGRAM" 1 2; cat; }`, {
      PROGRAM: fixturePath('add'),
    })
    expect(stdout).toBe('3\na\nb\n')
  })

  it('is empty for a binary that was read from it', async () => {
    const file = openSync(fixturePath('stdin'), 'r')
    const child = spawn(process.execPath, [...DIRECTLY.node, script('exec.js'), '-', 'cat'], {
      stdio: [file, 'pipe', 'inherit'],
    })
    closeSync(file)
    await once(child, 'close')
    expect(child.exitCode).toBe(0)
  })
})

describe('C2: output that nobody reads', () => {
  it.each([
    ['a program that goes on writing', 'EXEC "$FLOOD"', 'x'],
    ['a component', 'yes | EXEC "$STDIN" cat', 'y'],
    ['what a function returns', 'EXEC --invoke add "$ADD" 1 2', ''],
  ])('ends %s quietly, with 141', async (_, line, first) => {
    const reader = first === '' ? 'exec 0<&-' : 'head -c 1'
    const { stdout, stderr } = await shell(
      `{ sleep 0; ${line}; echo "status $?" >&2; } | { ${reader}; ${first === '' ? 'cat /dev/null' : ':'}; }`,
      { FLOOD: fixturePath('flood'), STDIN: fixturePath('components/stdin'), ADD: fixturePath('add') },
    )
    expect({ stdout, stderr }).toStrictEqual({ stdout: first, stderr: 'status 141\n' })
  })
})

describe('C9: exec', () => {
  it.each([
    ['an argument', 'EXEC "$PROGRAM" $\'a\\xff\'', /^Error: argument 2: expected UTF-8\n$/],
    [
      'a variable',
      'export BAD=$\'\\xc3\'; EXEC --env BAD "$PROGRAM"',
      /^Error: environment variable "BAD": expected UTF-8\n$/,
    ],
  ])('refuses %s that is not UTF-8', async (_, line, problem) => {
    const failed = await shell(line, { PROGRAM: fixturePath('args-env') }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 64, stdout: '', stderr: expect.stringMatching(problem) as string })
  })

  it('accepts U+FFFD itself', async () => {
    const { stdout } = await run([fixturePath('args-env'), 'a\ufffd'])
    expect(stdout).toContain('arg 1: a\ufffd\n')
  })
})
