import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from '../../runtime/embedded/harness.js'
import { run, start } from './start.js'

// Programs built by other toolchains; docs/conformance.md compares their output with that of wasmtime.
const RUST = [fixturePath('programs/rust-p1'), fixturePath('programs/rust-p2')] as const
const ASSEMBLYSCRIPT = fixturePath('programs/assemblyscript')

const holder = { folder: '' }
const go = () => join(holder.folder, 'go.wasm')
beforeAll(() => {
  holder.folder = mkdtempSync(join(tmpdir(), 'proplet-programs-'))
  writeFileSync(go(), brotliDecompressSync(readFileSync(`${fixturePath('programs/go')}.br`)))
})
afterAll(() => {
  rmSync(holder.folder, { recursive: true })
})

const withInput = async (args: readonly string[], input: string) => {
  const { child, ended } = start(args)
  child.stdin.end(input)
  return ended
}

describe('C34: a program of Go', () => {
  it.each([
    ['goroutines', ['goroutines'], 0, 'sum 333833500\n'],
    ['an exit code', ['exit', '7'], 7, ''],
    ['a panic', ['panic'], 2, ''],
  ])('runs: %s', async (_, args, code, stdout) => {
    expect(await run([go(), ...args])).toMatchObject({ code, stdout })
  })

  it('waits for standard input while its timers go on', async () => {
    const { child, says, ended } = start([go(), 'stdin-poll'])
    child.stdin.write('one\n')
    child.stdin.end('two')
    await says('line "one\\n" <nil>, ticks 3, rest "two" <nil>\n')
    expect((await ended).code).toBe(0)
  })

  it('creates, renames, lists and removes files', async () => {
    const { code, stdout } = await run(['--dir', `${holder.folder}::/data`, go(), 'files', '/data'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^f1 1000 false\n(?:.*\n)*[0-9a-f]{64}\ntrue\n$/)
  })
})

describe.each(RUST)('C34: a program of Rust (%s)', (program) => {
  it('reads lines, counts words, and lists files', async () => {
    expect(await withInput([program, 'lines'], 'a\nb')).toMatchObject({ code: 0, stdout: '0: a\n1: b\n' })
    expect(await withInput([program, 'words'], 'b a b')).toMatchObject({ code: 0, stdout: '2 b\n1 a\n' })
    const { stdout } = await run(['--dir', `${holder.folder}::/data`, program, 'files', '/data'])
    expect(stdout).toContain('("f1", 1000), ("f2", 2000), ("f3", 3000), ("f4", 4000), ("g0", 0)')
  })

  it('ends in a panic with 134', async () => {
    expect(await run([program, 'panic'])).toMatchObject({
      code: 134,
      stdout: '',
      stderr: expect.stringContaining('a panic of Rust') as string,
    })
  })
})

describe('C34: programs of other compilers', () => {
  it('run: AssemblyScript', async () => {
    expect(await run([ASSEMBLYSCRIPT, '100'])).toMatchObject({
      code: 0,
      stdout: '25 primes below 100, 2 arguments\nError: counted\n',
    })
  })

  it('are refused with a hint if they only serve HTTP', async () => {
    expect(await run([fixturePath('programs/rust-http')])).toStrictEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: the component is not a command but serves HTTP; run it with `serve`\n',
    })
  })
})

describe('C33: Rust programs of WASI 0.2', () => {
  const program = RUST[1]
  it('end with the network denied, and with it allowed', async () => {
    expect(await run([program, 'tcp', '127.0.0.1:9'])).toMatchObject({
      code: 0,
      stdout: 'PermissionDenied\n',
    })
    expect(await run(['-Sinherit-network', program, 'udp'])).toMatchObject({ code: 0, stdout: 'bound\n' })
    expect(await run(['-Sallow-ip-name-lookup', program, 'lookup', 'localhost'])).toMatchObject({
      code: 0,
      stdout: 'true\n',
    })
  })
})
