import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Subject } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import type { StopReason } from '../../../src/model/runtime.js'
import { add, ALL_ISOLATIONS, fixture, ISOLATION, openRuntime, run, thirty } from './harness.js'

/**
 * A short selection for the isolations that the suite does not run with; `npm run test:isolation` runs everything with
 * them.
 */
describe.each(ALL_ISOLATIONS.filter((each) => each !== ISOLATION))('isolation by %s', (isolation) => {
  const root = mkdtempSync(join(tmpdir(), 'proplet-isolation-'))
  const [writable, readonly] = [join(root, 'w'), join(root, 'r')] as const
  let runtime: EmbeddedRuntime
  beforeAll(async () => {
    for (const directory of [writable, readonly]) mkdirSync(directory)
    writeFileSync(join(readonly, 'given'), 'given')
    runtime = await openRuntime({
      isolation,
      timeoutMs: 20_000,
      dirs: [
        { hostPath: writable, guestPath: '/w', readonly: false },
        { hostPath: readonly, guestPath: '/r', readonly: true },
      ],
    })
  })
  afterAll(async () => {
    await runtime.close()
    rmSync(root, { recursive: true })
  })

  it('calls functions, of core modules and of components', async () => {
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
    const typed = { binary: fixture('components/typed'), name: 'echo-pair', inputs: ['{left: "both"}'] }
    expect((await run(runtime, typed)).outcome).toStrictEqual({
      kind: 'completed',
      results: '{left: "both"}',
    })
  })

  it('gives programs directories, writable and read-only', async () => {
    const inputs = [
      'write',
      '/w/new',
      'text',
      'read',
      '/r/given',
      'write',
      '/r/new',
      'text',
      'read',
      '/etc/passwd',
    ]
    const { outcome } = await run(runtime, { binary: fixture('files'), inputs })
    expect(outcome.results).toBe('ok\nread given\nerrno 69\nerrno 76\n')
    expect(readFileSync(join(writable, 'new'), 'utf8')).toBe('text')
  })

  it('stops endless loops, and continues', async () => {
    const stop$ = new Subject<StopReason>()
    const { outcome } = await run(
      runtime,
      { binary: fixture('hostile'), name: 'spin' },
      stop$,
      ({ type }) => {
        if (type === 'started') stop$.next('stopped')
      },
    )
    expect(outcome).toStrictEqual({ kind: 'stopped', results: '' })
    expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
  })

  it('has limits of memory and of output', async () => {
    const grow = { binary: fixture('hostile'), name: 'grow_memory' }
    expect((await run(runtime, grow)).outcome).toMatchObject({ code: 'memory' })
    expect((await run(runtime, { binary: fixture('flood') })).outcome).toMatchObject({ code: 'output' })
  })
})
