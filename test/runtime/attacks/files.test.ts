import { describe, expect, it, vi } from 'vitest'
import { Subject } from 'rxjs'
import type { StopReason } from '../../../src/model/runtime.js'
import { ISOLATION, run, runtimeOfTest } from '../embedded/harness.js'
import { E, expectAlive, expectUntouched, FACES, layMany, triesOf, useGround } from './ground.js'

vi.stubEnv('PROPLET_CLIENT_KEY', 'hunter2')

/** `ATTACK_ENTRIES=1000000` shows the same, but takes minutes. */
const ENTRIES = Number(process.env['ATTACK_ENTRIES'] ?? 2000)
const TIMEOUT_MS = 30_000 + ENTRIES / 10
const ground = useGround((inside) => ({
  dirs: [{ hostPath: inside, guestPath: '/in', readonly: false }],
  timeoutMs: TIMEOUT_MS,
}))

describe.each(FACES)(`files, attacked through %s (${ISOLATION})`, (face, binary) => {
  const attack = (...inputs: readonly string[]) =>
    run(ground.current.runtime, { binary, inputs, env: { GIVEN: 'by the task' } })

  /**
   * The outcomes of several attempts; checks afterwards that nothing outside has changed and the runtime still works.
   */
  const tries = async (...inputs: readonly string[]) => {
    const { runtime, outside } = ground.current
    const answers = triesOf(await attack(...inputs))
    expectUntouched(outside)
    await expectAlive(runtime)
    return answers
  }
  const errnos = (expected: Readonly<Record<string, number>>) =>
    Object.entries(expected).map(([what, errno]) => [what, String(errno)])

  it('by paths that lead out: absolute ones, .. and symbolic links of the host', async () => {
    const paths = [
      ...['../outside/secret', '/etc/passwd', '/', '..', 'd/../../outside/secret'],
      ...['evil/secret', 'evil-relative/secret', 'evil/../outside/secret', 'd/../evil/secret'],
    ]
    const answers = await tries('touch', ...paths)
    expect(answers).toHaveLength(13 * paths.length)
    expect(new Set(answers.map(([, errno]) => errno))).toStrictEqual(new Set([String(E.PERM)]))
  })

  it('by symbolic and hard links that it creates or finds', async () => {
    expect(await tries('links')).toStrictEqual(
      errnos({
        absolute: E.PERM,
        upwards: E.PERM,
        'hard-through': E.PERM,
        'read-through': E.PERM,
        'write-through': E.PERM,
        'create-through': E.PERM,
        dangling: E.PERM,
      }),
    )
  })

  it('by a symbolic link in place of a directory that it holds open', async () => {
    expect(await tries('swap')).toStrictEqual(
      errnos({ rename: 0, replace: 0, below: E.NOENT, create: 0, above: E.PERM, 'by-name': E.PERM }),
    )
  })

  it('by paths of 64 KiB, and empty ones', async () => {
    expect(await tries('odd')).toStrictEqual(
      errnos({
        '64K-name': E.NAMETOOLONG,
        '64K-path': E.NAMETOOLONG,
        '64K-mkdir': E.NAMETOOLONG,
        '64K-target': E.NAMETOOLONG,
        empty: E.NOENT,
      }),
    )
  })

  it('by paths with NUL', async () => {
    expect(await tries('nul')).toStrictEqual(errnos({ open: E.INVAL, mkdir: E.INVAL }))
  })

  it('by opening descriptors endlessly', async () => {
    // 1024, less the three streams and the directory; the preview 1 adapter has its own table of 128.
    const [opened, full] = face === 'preview 1' ? [1020, E.MFILE] : [124, E.NOMEM]
    expect(await tries('exhaust')).toStrictEqual(errnos({ opened, 'one-more': full, close: 0, again: 0 }))
  })

  it('by a FIFO, which would block it forever', async () => {
    expect(await tries('fifo')).toStrictEqual(errnos({ read: E.PERM, write: E.PERM, 'through-link': E.PERM }))
  })

  it(
    'by a large directory, listed again and again',
    async () => {
      layMany(ground.current.inside, ENTRIES)
      expect(await tries('entries')).toStrictEqual(errnos({ listed: ENTRIES + 2, again: 0 }))
    },
    20_000 + 2 * ENTRIES,
  )

  it('by looking around: no environment, no /proc, no network', async () => {
    const { outcome } = await attack('surroundings')
    const lines = ['GIVEN=by the task', `proc ${E.NOENT}`, 'fopen 0']
    const sockets = ['send', 'send-stdout', 'shutdown'].map((call) => `${call} ${E.NOTSOCK}`)
    if (face === 'preview 1') expect(outcome.results).toBe([...lines, ...sockets, ''].join('\n'))
    else {
      // The adapter has no sockets, so it traps; its buffers decide how much of stdout arrives before.
      expect(outcome).toMatchObject({ kind: 'failed', code: 'trap' })
      expect([...lines, ''].join('\n')).toContain(outcome.results.trimEnd())
    }
    await expectAlive(ground.current.runtime)
  })

  it('by a flood of output', async () => {
    expect((await attack('flood')).outcome).toMatchObject({
      code: 'output',
      error: expect.stringMatching(/^output limit of 1 MiB exceeded on stdout/) as string,
    })
    await expectAlive(ground.current.runtime)
  })

  it('by a race of two tasks on one directory', async () => {
    const { runtime, outside } = ground.current
    const stop$ = new Subject<StopReason>()
    const [, swapper] = FACES[0]
    const swapping = run(runtime, { binary: swapper, inputs: ['race-swap'], id: 'swap' }, stop$)
    const answers = new Map(triesOf(await attack('race-look', '50000')))
    stop$.next('stopped')
    expect((await swapping).outcome).toMatchObject({ kind: 'stopped' })
    expect(answers.get('escaped')).toBe('0')
    expect(Number(answers.get('inside'))).toBeGreaterThan(0)
    expect(Number(answers.get('refused'))).toBeGreaterThan(0)
    expectUntouched(outside)
    await expectAlive(runtime)
  })
})

describe.each(FACES)(`a read-only directory, attacked through %s (${ISOLATION})`, (_, binary) => {
  const readonly = useGround((inside) => ({
    dirs: [{ hostPath: inside, guestPath: '/in', readonly: true }],
    timeoutMs: TIMEOUT_MS,
  }))

  it('by every kind of change', async () => {
    const { runtime } = readonly.current
    const answers = triesOf(await run(runtime, { binary, inputs: ['readonly'] }))
    const allowed = (open: number, readlink: number) => ({ open, stat: open, readlink })
    const changes = [
      'write',
      'truncate',
      'mkdir',
      'unlink',
      'rmdir',
      'symlink',
      'rename-from',
      'rename-to',
      'link-from',
      'link-to',
    ]
    const touched = (results: Readonly<Record<string, number>>) =>
      Object.entries({ ...Object.fromEntries(changes.map((change) => [change, E.ROFS])), ...results })
        .map(([what, errno]) => `${what} ${errno}`)
        .sort()
    const [read, ...rest] = answers.map((pair) => pair.join(' '))
    expect(read).toBe('read 0')
    expect(rest.slice(0, 13).sort()).toStrictEqual(touched(allowed(0, E.INVAL)))
    expect(rest.slice(13).sort()).toStrictEqual(touched(allowed(E.NOENT, E.NOENT)))
    await expectAlive(runtime)
  })
})

it('has nothing to attack if no directory is given', async () => {
  const runtime = await runtimeOfTest()
  const [, binary] = FACES[0]
  const { outcome } = await run(runtime, { binary, inputs: ['surroundings'] })
  expect(outcome.results).toBe('proc 8\nfopen 0\nsend 8\nsend-stdout 57\nshutdown 8\n')
})
