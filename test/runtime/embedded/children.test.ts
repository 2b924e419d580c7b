import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { add, fixture, isAlive, ISOLATION, OF_CHILDREN, run, runtimeOfTest, thirty } from './harness.js'

const spin = { binary: fixture('hostile'), name: 'spin' }
const proc = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'latin1')
const only = (pids: readonly number[]): number => {
  const [pid] = pids
  if (pid === undefined || pids.length !== 1) throw new Error(`one child, not ${pids.length}`)
  return pid
}

describe('a child', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('has no environment, is killed first when memory is short, and cannot gain privileges', async () => {
    vi.stubEnv('PROPLET_CLIENT_KEY', 'secret')
    const pid = only((await runtimeOfTest({ isolation: OF_CHILDREN })).pids())
    // Bubblewrap always sets PWD.
    expect(proc(pid, 'environ')).toBe(ISOLATION === 'sandbox' ? 'PWD=/\0' : '')
    expect(proc(pid, 'oom_score_adj').trim()).toBe('1000')
    expect(proc(pid, 'status')).toMatch(/^NoNewPrivs:\s*1$/m)
    expect(proc(pid, 'limits')).toMatch(/^Max core file size\s+1\s+1/m)
  })

  it('that is killed from outside fails its task, and the next task gets another child', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN })
    const pid = only(runtime.pids())
    const { outcome } = await run(runtime, spin, undefined, (event) => {
      if (event.type === 'started') process.kill(pid, 'SIGKILL')
    })
    expect(outcome).toStrictEqual({
      kind: 'failed',
      code: 'memory',
      error: 'the guest was killed, most likely because the machine ran out of memory',
      results: '',
    })
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })

  // In a sandbox it is process 1, which ignores such a signal from outside: see sandbox.test.ts.
  it.runIf(OF_CHILDREN === 'process')('that crashes is reported with the signal', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN })
    const pid = only(runtime.pids())
    const { outcome } = await run(runtime, spin, undefined, (event) => {
      if (event.type === 'started') process.kill(pid, 'SIGSEGV')
    })
    expect(outcome).toMatchObject({ code: 'runtime', error: 'the guest was killed by SIGSEGV' })
  })

  it('that dies while idle is replaced', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN })
    const pid = only(runtime.pids())
    process.kill(pid, 'SIGKILL')
    await vi.waitUntil(() => !runtime.pids().includes(pid))
    await runtime.ready()
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })

  it('ends when the runtime is closed, whatever it was doing', async () => {
    const runtime = await runtimeOfTest({ isolation: OF_CHILDREN, warm: 2 })
    // Before the pool starts another guest in place of the one that is taken.
    const pids = runtime.pids()
    const ended = run(runtime, spin, undefined, (event) => {
      if (event.type === 'started') void runtime.close()
    })
    expect((await ended).outcome).toMatchObject({ code: 'shutdown' })
    await runtime.close()
    expect(pids).toHaveLength(2)
    expect(pids.filter(isAlive)).toStrictEqual([])
    expect((await run(runtime, add)).outcome).toMatchObject({
      code: 'runtime',
      error: 'the runtime is closed',
    })
  })

  it('dies with a daemon that is killed, even while it spins', async () => {
    const script = fileURLToPath(new URL('spinning-daemon.mjs', import.meta.url))
    const daemon = spawn(process.execPath, [script, OF_CHILDREN], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void daemon.kill('SIGKILL'))
    const lines = createInterface(daemon.stdout)
    const [line] = (await once(lines, 'line')) as [string]
    const pids = line.split(' ').map(Number)
    expect(pids.filter(isAlive)).toHaveLength(2)
    daemon.kill('SIGKILL')
    await vi.waitUntil(() => pids.filter(isAlive).length === 0)
  })
})
