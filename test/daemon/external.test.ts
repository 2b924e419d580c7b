import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startDaemon } from '../../src/dev/daemon.js'
import { childrenOf, gone, useDaemons } from '../support/daemon.js'
import { freePort } from '../support/free-port.js'
import { inline } from '../support/wire.js'

const { cleanup, directory, proplet, site } = useDaemons()

const built = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))
const script = (name: string): string =>
  fileURLToPath(new URL(`../support/runtimes/${name}`, import.meta.url))

/** `proplet-exec` under the name of an installation, and its directory. */
const installed = () => {
  const bin = directory()
  const program = join(bin, 'proplet-exec')
  symlinkSync(built('exec.js'), program)
  return { bin, program }
}
const privateDirectories = (temporary: string): readonly string[] =>
  readdirSync(temporary).filter((name) => name.startsWith('proplet-external-'))

describe('a proplet with an external runtime', () => {
  it('answers the example of the design document, stops tasks, and leaves nothing behind', async () => {
    const { bin } = installed()
    const { wire, proplet } = await site('mosquitto', {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      PROPLET_EXTERNAL_WASM_RUNTIME: 'proplet-exec',
    })
    expect(wire.on('control/proplet/create')[0]?.body).toMatchObject({
      metadata: { wasm_runtime: 'proplet-exec-external' },
    })
    await proplet.logged('Using proplet-exec-external runtime')
    const add = { ...inline('add', 'add'), cli_args: ['--invoke', 'add'], inputs: [10, 20] }
    expect(await wire.run({ id: 'add', ...add })).toStrictEqual({
      task_id: 'add',
      proplet_id: proplet.id,
      results: '30\n',
      error: null,
    })
    expect(await wire.run({ id: 'dir', ...add, cli_args: ['--dir', '/'] })).toMatchObject({
      results: '',
      error: expect.stringContaining('"--dir" is not allowed here') as string,
    })
    const greeting = { ...inline('args-env', '_start'), env: { GREETING: 'hello' } }
    expect(await wire.run({ id: 'env', ...greeting })).toMatchObject({
      results: `arg 0: module.wasm\nenv: GREETING=hello\nenv: PROPLET_ID=${proplet.id}\n`,
    })
    expect(await wire.run({ id: 'trap', ...inline('hostile', 'trap') })).toMatchObject({
      error: expect.stringMatching(/^trap: .*unreachable$/) as string,
    })
    await wire.start({ id: 'endless', ...inline('ticker', '_start') })
    await proplet.logged('tick')
    await wire.stop('endless')
    expect(await wire.result('endless')).toMatchObject({
      results: expect.stringMatching(/^(tick\n)+$/) as string,
      error: 'task stopped',
    })
    const before = proplet.lines().length
    expect(await wire.run({ id: 'daemon', ...inline('ticker', '_start'), daemon: true })).toMatchObject({
      results: '',
      error: null,
    })
    await proplet.logged('tick', before)
    const runtimes = childrenOf(proplet.process.pid)
    expect(await proplet.stop()).toBe(0)
    expect(proplet.stderr()).toBe('')
    await gone(runtimes)
    expect(privateDirectories(proplet.temporary)).toStrictEqual([])
  })

  it('reports the port of a server, and continues', async () => {
    const port = await freePort()
    const { wire, proplet } = await site('mosquitto', {
      PROPLET_EXTERNAL_WASM_RUNTIME: script('server.mjs'),
      PROPLET_HTTP_ENABLED: 'true',
      PROPLET_HTTP_PROXY_PORT: String(port),
    })
    expect(await wire.run({ id: 'server', ...inline('components/http', 'x') })).toMatchObject({
      results: `started at port ${port}`,
      error: null,
    })
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('module.wasm')
    await wire.stop('server')
    await proplet.logged('Task stopped')
    expect(wire.resultsOf('server')).toHaveLength(1)
  })

  it('takes its runtimes down when it is killed; the next process removes what it left', async () => {
    const { program } = installed()
    const { wire, port, proplet: first } = await site('mosquitto', { PROPLET_EXTERNAL_WASM_RUNTIME: program })
    await wire.start({ id: 'endless', ...inline('ticker', '_start') })
    await first.logged('tick')
    const runtimes = childrenOf(first.process.pid)
    expect(runtimes).toHaveLength(1)
    const all = [...runtimes, ...runtimes.flatMap(childrenOf)]
    first.process.kill('SIGKILL')
    await first.exited
    await gone(all)
    expect(privateDirectories(first.temporary)).toHaveLength(1)
    const second = proplet(port, { PROPLET_EXTERNAL_WASM_RUNTIME: program, TMPDIR: first.temporary })
    await second.logged('Removed leftover private directories')
    expect(privateDirectories(first.temporary)).toStrictEqual([])
  })

  it('does not start if the runtime is missing', async () => {
    const daemon = startDaemon(
      {
        PATH: '/usr/bin:/bin',
        PROPLET_DOMAIN_ID: 'd',
        PROPLET_CHANNEL_ID: 'c',
        PROPLET_CLIENT_ID: 'p',
        PROPLET_CLIENT_KEY: 'k',
        PROPLET_EXTERNAL_WASM_RUNTIME: 'no-such-runtime',
      },
      [],
      { stderr: 'pipe', cwd: directory() },
    )
    cleanup(() => daemon.process.kill('SIGKILL'))
    expect((await daemon.exited).code).toBe(78)
    expect(daemon.stderr()).toBe(
      'error: PROPLET_EXTERNAL_WASM_RUNTIME: found "no-such-runtime"; ' +
        'expected the path of a program, or the name of one in PATH ("/usr/bin:/bin")\n',
    )
  })
})
