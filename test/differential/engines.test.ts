import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom, ReplaySubject, Subject, timer, map } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunEvent, StopReason } from '../../src/model/runtime.js'
import type { EmbeddedRuntime } from '../../src/runtime/embedded/embedded.js'
import { built } from '../../packages/component/test/link/harness.js'
import {
  ALL_ISOLATIONS,
  fixture,
  openRuntime,
  request,
  run,
  runtimeOfTest,
  toBinary,
  type Task,
} from '../runtime/embedded/harness.js'
import { ask, http } from '../runtime/embedded/http/server.js'
import { page } from '../support/page.mjs'
import { CASES } from './cases.js'

const ENGINES = ['linker', 'jco'] as const
type Engine = (typeof ENGINES)[number]
type Engines = Readonly<Record<Engine, EmbeddedRuntime>>

const folder = mkdtempSync(join(tmpdir(), 'engines-'))
writeFileSync(join(folder, 'file'), 'from the host')

const open = (engine: Engine) =>
  openRuntime({
    componentEngine: engine,
    memoryMaxBytes: 256 * 1024 * 1024,
    timeoutMs: 20_000,
    dirs: [{ hostPath: folder, guestPath: '/data', readonly: false }],
    network: { rules: [{ host: '127.0.0.1', port: undefined }], tls: { ca: undefined, verify: true } },
    http: { ...http, port: http.port + 50 },
  })

let engines: Engines
beforeAll(async () => {
  engines = { linker: await open('linker'), jco: await open('jco') }
})
afterAll(async () => {
  await Promise.all(ENGINES.map((engine) => engines[engine].close()))
  rmSync(folder, { recursive: true })
})

/** The outcome of a task and its output. The engines word traps and invalid binaries differently. */
const endOf = async (engine: Engine, task: Task) => {
  const { outcome, stdout, stderr } = await run(engines[engine], task)
  const isOwnText = outcome.kind === 'failed' && !['trap', 'binary'].includes(outcome.code)
  return {
    kind: outcome.kind,
    code: outcome.kind === 'failed' ? outcome.code : undefined,
    error: isOwnText ? outcome.error : undefined,
    results: outcome.results,
    stdout,
    stderr,
  }
}

const expectSame = async (task: Task) => {
  expect(await endOf('jco', task)).toStrictEqual(await endOf('linker', task))
}

describe.each(CASES)('typed exports of $name', ({ bytes, cases }) => {
  it.each(cases)('%s %s %s', async (name, ...inputs) => {
    await expectSame({ binary: toBinary(bytes()), name, inputs })
  })
})

const TASKS: readonly (readonly [fixture: string, task: Partial<Task>])[] = [
  ['hello', {}],
  ['hello', { inputs: ['args', '', 'two words', '\u{1f600}'] }],
  ['hello', { inputs: ['env'], env: { GREETING: 'hi', UNICODE: '\u00fc' } }],
  ['hello', { inputs: ['out=result', 'err=noise', 'out=, more'] }],
  ['hello', { inputs: ['read=/data/file', 'list=/data'] }],
  ['hello', { inputs: ['out=so far', 'read=/data/none'] }],
  ['hello', { inputs: ['read=/data/../secret', 'read=/etc/passwd'] }],
  ['hello', { inputs: ['out=so far', 'err=why', 'exit=3'] }],
  ['hello', { name: 'no-such-export' }],
  ['typed', { name: 'add', inputs: ['1'] }],
  ['composed', { name: 'counters#echo', inputs: ['"x"'] }],
  ['hostile', { name: 'trap' }],
  ['sockets', { inputs: ['lookup', '127.0.0.1'] }],
  ['sockets', { inputs: ['tcp', '10.0.0.1', '80', 'x'] }],
  ['sockets', { inputs: ['tcp', '127.0.0.1', '1', 'x'] }],
  ['http-client', { inputs: ['GET', 'http', '10.0.0.1', '/'] }],
  ['http-client', { inputs: ['GET', 'http', '127.0.0.1:1', '/'] }],
  ['attack', { inputs: ['read', '/data/../../etc/passwd'] }],
]

describe('a task', () => {
  it.each(TASKS)('of %s %j', async (name, task) => {
    await expectSame({ binary: fixture(`components/${name}`), ...task })
  })

  it.each(ENGINES)('that loops is stopped (%s)', async (engine) => {
    const binary = fixture('components/loop')
    const stop$ = timer(500).pipe(map((): StopReason => 'stopped'))
    const { outcome } = await run(engines[engine], { binary, name: 'loop' }, stop$)
    expect(outcome.kind).toBe('stopped')
  })

  it('of WASI 0.3 is refused by jco, which names what runs it', async () => {
    const { outcome } = await run(engines.jco, { binary: fixture('components/async') })
    expect(outcome).toMatchObject({ kind: 'failed', code: 'unsupported' })
    expect('error' in outcome && outcome.error).toContain('PROPLET_COMPONENT_ENGINE=linker')
  })
})

const REQUESTS: readonly (readonly [path: string, options: NonNullable<Parameters<typeof ask>[2]>])[] = [
  ['/', {}],
  ['/headers?a=%20b', { method: 'PATCH', headers: { 'content-length': 0, 'x-many': ['1', '2'] } }],
  ['/echo', { method: 'POST', body: 'some bytes' }],
  ['/stream', {}],
]

describe.each([
  ['http-server', () => built('http-server')],
  ['http', () => built('http')],
  ['http-plain', () => built('http-plain')],
  ['page', page],
] as const)('%s as a server', (_, bytes) => {
  it('answers the same', async () => {
    const answers = []
    for (const engine of ENGINES) {
      const stop$ = new Subject<StopReason>()
      const events$ = new ReplaySubject<RunEvent>()
      engines[engine].run(request({ binary: toBinary(bytes()) }), stop$).subscribe(events$)
      const event = await firstValueFrom(
        events$.pipe(filter(({ type }) => type === 'serving' || type === 'ended')),
      )
      if (event.type !== 'serving') throw new Error(JSON.stringify(event))
      const seen = []
      for (const [path, options] of REQUESTS) {
        const { status, body } = await ask(event.port, path, { ...options, agent: false })
        seen.push([status, body.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')])
      }
      answers.push(seen)
      stop$.next('stopped')
    }
    expect(answers[1]).toStrictEqual(answers[0])
  })
})

it.each(ALL_ISOLATIONS)('jco runs in a %s', async (isolation) => {
  const runtime = await runtimeOfTest({ isolation, componentEngine: 'jco' })
  const { outcome } = await run(runtime, {
    binary: fixture('components/typed'),
    name: 'add',
    inputs: ['1', '2'],
  })
  expect(outcome).toMatchObject({ kind: 'completed', results: '3' })
})
