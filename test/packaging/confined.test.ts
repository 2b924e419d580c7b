import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../src/dev/broker.js'
import { DEMO_PREFIX, daemonEnv } from '../../src/dev/daemon.js'
import { childrenOf } from '../support/daemon.js'
import { ROOT } from '../support/fixtures.js'
import { connectWire, inline } from '../support/wire.js'
import { UNIT, valuesOf } from './files.js'
import { allowedCalls, filterProgram } from './seccomp.js'

const FILTER_FD = 3

/**
 * What the unit and the container have in common, by other means, because neither systemd nor a container engine runs here: a
 * user that is not root and has no capabilities, a file system that is read-only but for two directories, and only the
 * system calls of the unit.
 */
it('runs tasks in a confined environment', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'proplet-confined-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const [state, cache, filter] = ['state', 'cache', 'filter'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  for (const own of [state, cache]) mkdirSync(own)
  writeFileSync(filter, filterProgram(allowedCalls(valuesOf(UNIT, 'SystemCallFilter'))))
  const broker = await startBroker()
  onTestFinished(() => broker.close())
  const wire = await connectWire({ port: broker.port, prefix: DEMO_PREFIX })
  onTestFinished(() => wire.close())

  const fd = openSync(filter, 'r')
  const child = spawn(
    'bwrap',
    [
      ...['--die-with-parent', '--unshare-user', '--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL'],
      ...['--ro-bind', '/', '/', '--dev-bind', '/dev', '/dev', '--bind', '/proc', '/proc', '--tmpfs', '/tmp'],
      ...[
        '--ro-bind',
        ROOT,
        ROOT,
        '--bind',
        directory,
        directory,
        '--chdir',
        '/',
        '--seccomp',
        String(FILTER_FD),
      ],
      ...[process.execPath, join(ROOT, 'dist/main.js')],
    ],
    {
      env: {
        PATH: process.env['PATH'],
        ...daemonEnv(broker.port, 'confined'),
        PROPLET_RESULT_HOLD_MS: '0',
        PROPLET_STATE_DIR: state,
        PROPLET_CACHE_DIR: cache,
      },
      stdio: ['ignore', 'pipe', 'pipe', fd],
    },
  )
  closeSync(fd)
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => (said += data.toString()))
  const closed = once(child, 'close')

  const began = await Promise.race([wire.beats(1).then(() => true), closed.then(() => false)])
  expect(began, said).toBe(true)
  expect(await wire.run({ id: 'sum', ...inline('add', 'add'), inputs: [10, 20] })).toMatchObject({
    results: '30',
    error: null,
  })
  expect(
    await wire.run({ id: 'program', ...inline('args-env', '_start'), inputs: ['a'], env: { B: 'c' } }),
  ).toMatchObject({ error: null })
  for (const pid of childrenOf(child.pid)) process.kill(pid, 'SIGTERM')
  expect(await closed).toStrictEqual([0, null])
})
