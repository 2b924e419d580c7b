import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom, map } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../src/dev/broker.js'
import { DEMO_PREFIX, daemonEnv, startDaemon } from '../../src/dev/daemon.js'
import { connectPeer } from '../../src/dev/peer.js'
import { ROOT } from '../support/fixtures.js'
import { connectWire, inline } from '../support/wire.js'
import { projectIn } from './project.js'
import { install, packIn, run } from './tarball.js'

const MEBIBYTE = 1024 * 1024
const MAX_INSTALL_BYTES = 40 * MEBIBYTE
const SETUP_MS = 300_000
/** The content of the package, except `package.json`. */
const PACKED = [
  /^(?:README|CHANGELOG|SECURITY)\.md$/,
  /^packaging\/(?:health\.mjs|proplet\.service|sandbox\.conf)$/,
  /^LICENSE$/,
  /^dist\/THIRD-PARTY-NOTICES\.txt$/,
  /^dist\/(?:main|exec)\.c?js$/,
  /^dist\/(?:index|(?:runtime|streams|testing)\/index)\.(?:js|d\.ts)$/,
  /^dist\/cli\/(?:exec\/)?main\.cjs$/,
  /^dist\/(?:chunks\/(?:exec\/)?[\w.-]+\.cjs|library\/[\w.-]+\.(?:js|d\.ts))$/,
  /^dist\/runtime\/(?:confidential\/reporter|external\/plan\/child)\.js$/,
  /^dist\/runtime\/(?:guest|pooled)\/(?:(?:chunks|host|http|jco|task)\/)?[\w.-]+\.cjs$/,
  /^dist\/page\/[\w.-]+\.(?:js|html|css|svg)$/,
  /^package\.json$/,
]

let directory: string
let tarball: string
const scratch = (name: string): string => {
  const path = join(directory, name)
  mkdirSync(path)
  return path
}

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'proplet-package-')))
  tarball = packIn(directory)
}, SETUP_MS)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const startSite = async () => {
  const broker = await startBroker()
  onTestFinished(() => broker.close())
  const wire = await connectWire({ port: broker.port, prefix: DEMO_PREFIX })
  onTestFinished(() => wire.close())
  const state = mkdtempSync(join(directory, 'state-'))
  const watcher = await connectPeer({ port: broker.port, prefix: DEMO_PREFIX }, ['telemetry/#'])
  onTestFinished(() => watcher.close())
  return {
    wire,
    telemetry: (name: string) =>
      firstValueFrom(
        watcher.messages$.pipe(
          filter(({ subtopic }) => subtopic === `telemetry/${name}`),
          map(({ payload }): unknown => JSON.parse(payload.toString())),
        ),
      ),
    env: { ...daemonEnv(broker.port, 'packed'), PROPLET_STATE_DIR: state, PROPLET_RESULT_HOLD_MS: '0' },
  }
}

describe('12.8 the package', () => {
  it('is packed from a fresh clone, and holds only what runs', () => {
    const files = run(directory, 'tar', ['-tzf', tarball])
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''))
    for (const pattern of PACKED) expect(files.filter((file) => pattern.test(file))).not.toStrictEqual([])
    expect(files.filter((file) => !PACKED.some((pattern) => pattern.test(file)))).toStrictEqual([])
  })

  it('is not private, and needs nothing that only this repository has', () => {
    const manifest: unknown = JSON.parse(run(directory, 'tar', ['-xzOf', tarball, 'package/package.json']))
    expect(manifest).not.toHaveProperty('private')
    expect(JSON.stringify((manifest as { readonly dependencies: object }).dependencies)).not.toContain(
      '@proplet/',
    )
  })

  it('names the licence of every bundled package', () => {
    const notices = run(directory, 'tar', ['-xzOf', tarball, 'package/dist/THIRD-PARTY-NOTICES.txt'])
    for (const name of ['mqtt', 'fp-ts', 'io-ts', 'systeminformation', 'toml', 'ws', 'prom-client', 'pino'])
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+, [\\w.-]+$`, 'm'))
  })

  it(
    'installs the programs in an empty prefix, within 40 MiB',
    async () => {
      const prefix = scratch('prefix')
      install(directory, ['--global', '--omit=dev', '--prefix', prefix, tarball])
      const [kilobytes = ''] = run(directory, 'du', ['-sk', prefix]).split('\t')
      expect(Number(kilobytes) * 1024).toBeLessThan(MAX_INSTALL_BYTES)

      const program = (name: string) => join(prefix, 'bin', name)
      const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
        readonly version: string
      }
      expect(run(directory, program('proplet'), ['--version'])).toContain(version)
      const wasm = join(ROOT, 'test/fixtures/built/add.wasm')
      expect(run(directory, program('proplet-exec'), ['--invoke', 'add', wasm, '10', '20'])).toBe('30\n')

      const { wire, env } = await startSite()
      const daemon = startDaemon(env, [], {
        script: realpathSync(program('propeller-proplet')),
        cwd: directory,
      })
      onTestFinished(() => void daemon.process.kill('SIGKILL'))
      await wire.beats(1)
      const result = await wire.run({ id: 'sum', ...inline('add', 'add'), inputs: [10, 20] })
      expect(result).toMatchObject({ results: '30', error: null })
      expect(await daemon.stop()).toBe(0)
    },
    SETUP_MS,
  )
})

describe('12.4 the library', () => {
  let project: string

  beforeAll(() => {
    project = projectIn(scratch('project'))
    install(project, [tarball, 'rxjs@7', 'typescript@5.9', '@types/node@20'])
  }, SETUP_MS)

  it(
    'compiles and tests the code of docs/composing.md in a strict project',
    async () => {
      execFileSync('npx', ['tsc'], { cwd: project, stdio: 'inherit' })
      const tests = run(project, process.execPath, ['--test', '--test-reporter=tap', 'out/'])
      expect(tests).toMatch(/^# pass 3$/m)

      const { wire, telemetry, env } = await startSite()
      const sensor = join(project, 'sensor')
      writeFileSync(sensor, '41500\n')
      const reading = telemetry('temperature')
      const failure = telemetry('failures')
      const daemon = startDaemon({ ...env, SENSOR_FILE: sensor }, [], {
        script: join(project, 'out/main.js'),
        cwd: project,
      })
      onTestFinished(() => void daemon.process.kill('SIGKILL'))
      expect(await reading).toStrictEqual({ celsius: 41.5 })
      await wire.run({ id: 'bad', ...inline('add', 'no-such-export'), inputs: [] })
      expect(await failure).toStrictEqual({ task_id: 'bad', celsius: 41.5 })
      expect(await daemon.stop()).toBe(0)
    },
    SETUP_MS,
  )

  it('has types that refer only to installed packages', () => {
    const packages = run(project, 'grep', [
      '-rhoE',
      '--include=*.d.ts',
      String.raw`(from|import\()\s*["'][^."'][^"']*["']`,
      'node_modules/propeller-proplet/dist',
    ])
    const names = [...packages.matchAll(/["']([^"'\n]+)["']/g)].map(([, name = '']) => name)
    expect(
      [...new Set(names)].filter((name) => !/^(?:rxjs(?:\/internal\/\w+)?|pino|node:\w+)$/.test(name)),
    ).toStrictEqual([])
  })
})
