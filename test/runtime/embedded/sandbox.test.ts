import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { NestedProcess } from '../../../src/runtime/embedded/guests/child-process.js'
import { INFO_FD, startProcessGuest } from '../../../src/runtime/embedded/guests/process-guest.js'
import { librariesOf, parseLibraries } from '../../../src/host/sandbox/libraries.js'
import { SANDBOXED_ENTRY } from '../../../src/host/sandbox/mounts.js'
import { findSandbox, sandboxCommand } from '../../../src/host/sandbox/sandbox.js'
import { parentOf } from '../../../src/host/process-figures.js'
import { add, fixturePath, isAlive, isolationOf, openRuntime, run, runtimeOfTest, thirty } from './harness.js'

function directoryOfTest(): string {
  const directory = mkdtempSync(join(tmpdir(), 'proplet-sandbox-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const leftOf = (directory: string): string => {
  const found = findSandbox([directory])
  if (E.isRight(found)) throw new Error('there is a sandbox')
  return found.left
}

/** A script in place of bubblewrap. */
function bwrapOf(script: string): string {
  const directory = directoryOfTest()
  writeFileSync(join(directory, 'bwrap'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return directory
}

describe('a sandbox', () => {
  it('is unavailable if bubblewrap is not installed', () => {
    expect(leftOf('/nowhere')).toBe('bubblewrap is not installed (there is no bwrap in /nowhere)')
  })

  it('is unavailable if bubblewrap fails, and its error is quoted', () => {
    const directory = bwrapOf('echo "bwrap: No permissions to create new namespace" >&2; exit 1')
    expect(leftOf(directory)).toBe(
      'bubblewrap cannot create a sandbox here: bwrap: No permissions to create new namespace',
    )
    expect(leftOf(bwrapOf('exit 3'))).toBe('bubblewrap cannot create a sandbox here: it ended with status 3')
  })

  it('is unavailable if the system forbids user namespaces', () => {
    const directory = directoryOfTest()
    const script = join(directory, 'find.mjs')
    const module = new URL('../../../dist/host/sandbox/sandbox.js', import.meta.url).href
    writeFileSync(script, `import { findSandbox } from '${module}'; console.log(findSandbox().left)`)
    const command =
      'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -all --inh-caps -all "$0" "$1"'
    const { stdout } = spawnSync('unshare', ['-r', 'sh', '-c', command, process.execPath, script], {
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/^bubblewrap cannot create a sandbox here: bwrap: .*namespace/)
  })

  it('works without options that an older bubblewrap does not know', () => {
    const directory = bwrapOf(
      'for each; do [ "$each" = --disable-userns ] && exit 1; done; for last; do :; done; exec "$NODE" --version',
    )
    const script = join(directory, 'bwrap')
    writeFileSync(script, readFileSync(script, 'utf8').replace('$NODE', process.execPath))
    const found = findSandbox([directory])
    expect(E.isRight(found) && found.right.options).not.toContain('--disable-userns')
  })
})

describe('the libraries of a program', () => {
  it('are the ones that its loader lists', () => {
    expect(
      parseLibraries(
        '\tlinux-vdso.so.1 (0x00007ffe)\n\tlibm.so.6 => /lib/x y/libm.so.6 (0x00007fde)\n' +
          '\tlibgone.so => not found\n\t/lib64/ld-linux-x86-64.so.2 (0x00007fdf)\n',
      ),
    ).toStrictEqual(['/lib/x y/libm.so.6', '/lib64/ld-linux-x86-64.so.2'])
    expect(librariesOf(process.execPath).some((path) => path.includes('libc'))).toBe(true)
  })

  it('are searched for in directories if the loader does not list them', () => {
    expect(librariesOf('/nowhere/node')).toContain('/lib')
  })
})

describe('a child in a sandbox', () => {
  const directories = (pid: number, path: string) => readdirSync(`/proc/${pid}/root${path}`).sort()

  it('sees its code, the directories of guests and nothing else, and can create nothing', async () => {
    const [writable, readonly, binariesDir] = [directoryOfTest(), directoryOfTest(), directoryOfTest()]
    writeFileSync(join(writable, 'mine'), '')
    const runtime = await runtimeOfTest({
      isolation: 'sandbox',
      dirs: [
        { hostPath: writable, guestPath: '/w', readonly: false },
        { hostPath: readonly, guestPath: '/r', readonly: true },
      ],
      binariesDir,
    })
    const [pid = 0] = runtime.pids()
    expect(directories(pid, '/proplet')).toStrictEqual(['dist', 'package.json'])
    expect(directories(pid, '/dirs')).toStrictEqual(['0', '1'])
    expect(directories(pid, '/dirs/0')).toStrictEqual(['mine'])
    for (const path of [writable, readonly, '/etc/passwd', '/sys', '/dev', '/var'])
      expect(() => directories(pid, path)).toThrow('ENOENT')
    const mounts = readFileSync(`/proc/${pid}/mounts`, 'latin1').trim().split('\n')
    const options = new Map(mounts.map((line) => [line.split(' ')[1], line.split(' ')[3]?.split(',')]))
    expect(options.get('/')).toContain('ro')
    expect(options.get('/dirs/1')).toContain('ro')
    const changeable = [...options].filter(([, each]) => each?.includes('rw')).map(([path]) => path)
    expect(changeable.sort()).toStrictEqual(['/dirs/0', '/proc'])
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    expect(status).toMatch(/^Cap(Prm|Eff|Bnd):\s*0{16}$/m)
    expect(status).toMatch(/^NoNewPrivs:\s*1$/m)
    expect(
      readFileSync(`/proc/${pid}/net/dev`, 'latin1')
        .match(/^\s*\w+:/gm)
        ?.map((each) => each.trim()),
    ).toStrictEqual(['lo:'])
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })

  it('finds binaries by path, including later ones', async () => {
    const binariesDir = directoryOfTest()
    const runtime = await runtimeOfTest({ isolation: 'sandbox', binariesDir })
    const path = join(binariesDir, 'later')
    copyFileSync(fixturePath('add'), path)
    const byPath = { ...add, binary: { ...add.binary, content: { path } } }
    expect((await run(runtime, byPath)).outcome).toStrictEqual(thirty)
  })

  it('does not start if a directory of guests is missing, and names it', async () => {
    const hostPath = join(directoryOfTest(), 'gone')
    const dirs = [{ hostPath, guestPath: '/gone', readonly: false }]
    await expect(openRuntime({ isolation: 'sandbox', dirs })).rejects.toThrow(
      `no guest can be started: it ended with status 1: bwrap: Can't find source path ${hostPath}`,
    )
  })

  it('leaves nothing behind if it is ended at any moment of its start', async () => {
    const sandbox = isolationOf('sandbox')
    if (typeof sandbox === 'string') throw new Error('no sandbox')
    const launch = {
      wrapper: sandboxCommand(sandbox, { preopens: [], binariesDir: undefined, infoFd: INFO_FD }),
      entry: SANDBOXED_ENTRY,
      isNested: true,
      memoryMaxBytes: 65_536,
      tableMaxElements: 1,
    }
    for (let turns = 0; turns < 300; turns += 10) {
      const guest = startProcessGuest(launch)
      const closed = new Promise((resolve) =>
        guest.listen({ message: () => undefined, output: () => undefined, closed: resolve }),
      )
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
      guest.kill()
      // Output pipes that another process still holds would delay the event.
      await closed
    }
  })
})

describe('a process that was started by another', () => {
  const nested = (script: string) => {
    const spawned = spawn('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'] })
    const info = spawned.stdio[4]
    if (!(info && 'setEncoding' in info)) throw new Error('no pipe')
    const known = vi.fn()
    return { spawned, known, process: new NestedProcess(spawned, info, known) }
  }

  it('has the reported process ID', async () => {
    const { spawned, known, process } = nested(
      'sleep 600 4>&- & echo "{ \\"child-pid\\": $! }" >&4; exec 4>&-; wait',
    )
    await vi.waitUntil(() => known.mock.calls.length === 1)
    const { pid } = process
    if (pid === undefined) throw new Error('no number')
    expect(parentOf(pid)).toBe(spawned.pid)
    process.kill()
    await once(spawned, 'close')
    expect(isAlive(pid)).toBe(false)
    expect(process.pid).toBeUndefined()
  })

  it('is ended as soon as its process ID is known, if that was requested earlier', async () => {
    const { spawned, process } = nested(
      'sleep 600 4>&- & echo "{ \\"child-pid\\": $! }" >&4; exec 4>&-; wait',
    )
    process.kill()
    await once(spawned, 'close')
  })

  it('is never confused with another process of the same ID', async () => {
    const stranger = spawn('sleep', ['600'])
    onTestFinished(() => void stranger.kill('SIGKILL'))
    const { spawned, known, process } = nested(
      `echo '{ "child-pid": ${stranger.pid} }' >&4; exec 4>&-; sleep 0.2`,
    )
    await vi.waitUntil(() => known.mock.calls.length === 1)
    process.kill()
    await once(spawned, 'close')
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull()
  })

  it('has no process ID if the other fails, and reports the signal', async () => {
    const { spawned, known, process } = nested('exit 1')
    process.kill()
    await once(spawned, 'close')
    expect(known).toHaveBeenCalledOnce()
    expect(process.signalOf(137, null)).toBe('SIGKILL')
    expect(process.signalOf(139, null)).toBe('SIGSEGV')
    expect(process.signalOf(1, null)).toBeUndefined()
    expect(process.signalOf(null, 'SIGTERM')).toBe('SIGTERM')
  })

  it('reports as a guest what went wrong before its start', async () => {
    const wrapper = ['/bin/sh', '-c', 'echo "bwrap: no" >&2; exit 1', '--']
    const guest = startProcessGuest({
      entry: '/nowhere',
      wrapper,
      isNested: true,
      memoryMaxBytes: 65_536,
      tableMaxElements: 1,
    })
    const said: string[] = []
    const how = await new Promise<string>((resolve) =>
      guest.listen({
        message: () => undefined,
        output: (_, data) => said.push(Buffer.from(data).toString()),
        closed: (death) => resolve(death.how),
      }),
    )
    expect(how).toBe('ended with status 1')
    expect(said.join('')).toBe('bwrap: no\n')
  })
})
