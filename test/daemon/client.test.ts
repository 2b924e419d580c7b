import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { fixturePath } from '../runtime/embedded/harness.js'
import { beginClient, clientEnv, runClient, startClient, type ClientOptions } from '../support/client.js'
import { BROKERS, useDaemons, type Site } from '../support/daemon.js'
import { startTcpProxy } from '../support/tcp-proxy.js'
import { fixture } from '../support/wire.js'

const { broker, cleanup, directory, mosquitto, registry, site } = useDaemons('all')

/** Completes the delivery of a QoS 2 message. */
const PUBCOMP = Buffer.from([0x70, 2])

const ADD = fixturePath('add')
const HOSTILE = fixturePath('hostile')

let embedded: Site
beforeAll(async () => {
  embedded = await site('embedded')
})

describe.each(BROKERS)('over %s', (kind) => {
  let here: Site
  beforeAll(async () => {
    here = kind === 'embedded' ? embedded : await site(kind)
  })
  const client = (args: readonly string[], options: ClientOptions = {}) =>
    runClient(args, { ...options, env: { ...clientEnv(here.port), ...options.env } })
  it('a file runs, and standard output has only the result', async () => {
    const ran = await client(['submit', ADD, '10', '--wait', '20', '--name', 'add'])
    expect(ran).toStrictEqual({ code: 0, stdout: '30\n', stderr: '' })
  })

  it('standard input, variables and inputs reach the task', async () => {
    const args = [
      'submit',
      '-',
      'a',
      '--input',
      '-b',
      '--env',
      'X=1',
      '--env',
      'Y',
      '-w',
      '--proplet',
      here.proplet.id,
    ]
    const ran = await client(args, { stdin: fixture('args-env'), env: { Y: '2' } })
    expect(ran).toStrictEqual({
      code: 0,
      stdout: `arg 0: _start\narg 1: a\narg 2: -b\nenv: X=1\nenv: Y=2\nenv: PROPLET_ID=${here.proplet.id}\n`,
      stderr: '',
    })
  })

  it('a failed task sets the exit code, and the reason is on standard error', async () => {
    const ran = await client(['submit', HOSTILE, '--name', 'trap', '--wait', '--id', 'trap'])
    expect(ran).toStrictEqual({ code: 1, stdout: '', stderr: 'error: trap: unreachable\n' })
    const { code, stdout } = await client([
      'submit',
      HOSTILE,
      '--name',
      'trap',
      '--wait',
      '--json',
      '--id',
      'trap-2',
    ])
    expect([code, JSON.parse(stdout)]).toStrictEqual([
      1,
      { task_id: 'trap-2', proplet_id: here.proplet.id, results: '', error: 'trap: unreachable' },
    ])
  })

  it('a task can be stopped by the ID that submit prints', async () => {
    const { code, stdout } = await client(['submit', HOSTILE, '--name', 'spin'])
    const id = stdout.trim()
    expect([code, id]).toStrictEqual([0, expect.stringMatching(/^[0-9a-f-]{36}$/)])
    expect(await client(['stop', id, '--wait'])).toStrictEqual({
      code: 0,
      stdout: '',
      stderr: 'task stopped\n',
    })
    expect(await client(['stop', id])).toStrictEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('a latent task is deployed and invoked', async () => {
    const deployed = await client(['submit', ADD, '--name', 'add', '--id', 'sum', '--latent', '--json'])
    expect(deployed).toStrictEqual({ code: 0, stdout: '{"task_id":"sum"}\n', stderr: '' })
    expect(await client(['invoke', 'sum', '20', '22'])).toStrictEqual({ code: 0, stdout: '42\n', stderr: '' })
    const missing = await client(['invoke', 'not-there'])
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toContain('has not been precompiled')
  })

  it('an image is fetched, with progress', async () => {
    const images = new Map([['registry.example/add:v1', fixture('add')]])
    await registry(here.port, { images, chunkSize: 16 })
    const ran = await client(['submit', 'registry.example/add:v1', '1', '2', '--name', 'add', '--wait'])
    expect([ran.code, ran.stdout]).toStrictEqual([0, '3\n'])
    expect(ran.stderr).toContain('fetching registry.example/add:v1: 3 of 3 chunks, 100 %')
  })

  it('a missing answer has its own exit code', async () => {
    const other = await client(['submit', ADD, '--wait', '--proplet', 'other', '--timeout', '200ms'])
    expect(other).toStrictEqual({ code: 75, stdout: '', stderr: 'error: no answer within 0.2 s\n' })
    expect(await client(['stop', 'nothing', '--wait', '--timeout', '200ms'])).toMatchObject({ code: 75 })
    expect(await client(['invoke', 'sum', '--proplet', 'other', '--timeout', '200ms'])).toMatchObject({
      code: 75,
    })
  })

  it('a file that is too large is not sent', async () => {
    const file = join(directory(), 'big.wasm')
    writeFileSync(file, Buffer.concat([fixture('add'), Buffer.alloc(4000)]))
    const ran = await client(['submit', file, '--id', 'big', '--mqtt-max-packet-size', '4096'])
    expect(ran).toMatchObject({ code: 65, stdout: '' })
    expect(ran.stderr).toMatch(
      /^error: ".*big.wasm": the command would have 5\.\d kB; expected at most 4\.1 kB/,
    )
    expect(ran.stderr).toContain('push the binary to a registry')
    await client(['submit', ADD, '--name', 'add', '--id', 'after', '--wait'])
    expect(here.proplet.log()).not.toContain('"task":"big"')
  })

  it('a signal ends the wait, not the task', async () => {
    const from = here.proplet.lines().length
    const args = ['submit', HOSTILE, '--name', 'spin', '--id', 'left', '--wait']
    const { signal, ended } = beginClient(args, { env: clientEnv(here.port) })
    await here.proplet.logged('Task accepted', from)
    signal('SIGINT')
    expect(await ended).toStrictEqual({
      code: 130,
      stdout: '',
      stderr: 'the task keeps running; to stop it: proplet stop left\n',
    })
    expect(await client(['stop', 'left', '--wait'])).toMatchObject({ code: 0 })
  })

  it('watch prints one line per event until it is ended', async () => {
    const { output, ended, signal } = beginClient(['watch'], { env: clientEnv(here.port) })
    await vi.waitFor(async () => {
      await here.wire.publish('control/proplet/alive', { proplet_id: 'other', status: 'alive' })
      expect(output.stdout).toContain(' proplet other alive\n')
    }, 10_000)
    await client(['submit', ADD, '1', '2', '--name', 'add', '--id', 'seen', '--wait'])
    await vi.waitUntil(() => output.stdout.includes('seen completed'), 10_000)
    expect(output.stdout).toContain('Z task seen start add on every proplet\n')
    expect(output.stdout).toContain(`Z task seen completed on ${here.proplet.id}: 3\n`)
    signal('SIGTERM')
    expect(await ended).toMatchObject({ code: 143, stderr: '' })
  })

  it('the daemon keeps its connection and its session throughout', () => {
    const links = here.proplet.lines().filter(({ msg }) => /connected to the broker/i.test(msg))
    expect(links.map(({ msg }) => msg)).toStrictEqual(['Connected to the broker'])
  })
})

describe('the connection', () => {
  it('is made again after a loss, and the client still waits for the answer', async () => {
    const { port, wire, proplet } = embedded
    const from = proplet.lines().length
    let isTaken = false
    const cable = await startTcpProxy(
      port,
      () => true,
      (data) => {
        isTaken ||= data.includes(PUBCOMP)
        return data
      },
    )
    cleanup(() => cable.close())
    const running = beginClient(['submit', HOSTILE, '--name', 'spin', '--id', 'cut', '--wait'], {
      env: clientEnv(cable.port),
    })
    await proplet.logged('Task accepted', from)
    await vi.waitUntil(() => isTaken, 10_000)
    cable.cut()
    await vi.waitUntil(() => running.output.stderr.includes('was lost; reconnecting'), 10_000)
    await vi.waitUntil(() => cable.connections() > 1, 10_000)
    await vi.waitFor(async () => {
      await wire.publish('control/proplet/results', {
        task_id: 'cut',
        proplet_id: 'p',
        results: 'done',
        error: null,
      })
      expect(running.output.stdout).toBe('done\n')
    }, 10_000)
    expect((await running.ended).code).toBe(0)
  })

  it('that cannot be made is reported at once', async () => {
    const env = { ...clientEnv(1), PROPLET_MQTT_ADDRESS: 'tcp://127.0.0.1:1' }
    for (const args of [['submit', ADD], ['stop', 'x', '--wait'], ['invoke', 'x'], ['watch']]) {
      expect(await runClient(args, { env })).toStrictEqual({
        code: 69,
        stdout: '',
        stderr: 'error: no connection to the broker at tcp://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n',
      })
    }
  })

  it('that the broker refuses is reported without the key', async () => {
    const { port } = await mosquitto({ config: ['allow_anonymous false'] })
    const ran = await runClient(['stop', 'x'], { env: { ...clientEnv(port), PROPLET_CLIENT_KEY: 'hunter2' } })
    expect(ran).toMatchObject({ code: 69, stdout: '' })
    expect(ran.stderr).toMatch(/the broker refused the connection: .*\(5\)\n$/)
    expect(ran.stderr).not.toContain('hunter2')
  })

  it('that is closed for a large message is reported with a hint at the size', async () => {
    const { port } = await mosquitto({ config: ['allow_anonymous true', 'max_packet_size 1000'] })
    const file = join(directory(), 'large.wasm')
    writeFileSync(file, Buffer.concat([fixture('add'), Buffer.alloc(4000)]))
    const ran = await runClient(['submit', file], { env: clientEnv(port) })
    expect(ran).toMatchObject({ code: 69, stdout: '' })
    expect(ran.stderr).toContain('larger than it accepts')
  })

  it('is configured by a file with the section of the Manager', async () => {
    const port = await broker('embedded')
    const file = join(directory(), 'config.toml')
    writeFileSync(
      file,
      `[manager]\ndomain_id = "d"\nchannel_id = "c"\nclient_id = "m"\nclient_key = "k"\nmqtt_address = "127.0.0.1:${port}"\n`,
    )
    expect(await runClient(['submit', ADD, '--id', 'x', '--config', file])).toStrictEqual({
      code: 0,
      stdout: 'x\n',
      stderr: '',
    })
  })
})

describe('the process', () => {
  it('exits on its own, and with the status of a signal', async () => {
    const { port, proplet } = embedded
    const env = clientEnv(port)
    const ran = await startClient(['submit', ADD, '1', '2', '--name', 'add', '--wait'], env).ended
    expect(ran).toStrictEqual({ code: 0, stdout: '3\n', stderr: '' })
    const from = proplet.lines().length
    const { child, ended } = startClient(['submit', HOSTILE, '--name', 'spin', '--wait'], env)
    cleanup(() => void child.kill('SIGKILL'))
    await proplet.logged('Task accepted', from)
    child.kill('SIGTERM')
    expect((await ended).code).toBe(143)
  })

  it('ends when nobody reads its output any more', async () => {
    const { port, wire } = embedded
    const { child } = startClient(['watch', '--json'], clientEnv(port))
    child.stdout.destroy()
    const beats = setInterval(
      () => void wire.publish('control/proplet/alive', { proplet_id: 'other', status: 'alive' }),
      50,
    )
    const [code] = (await once(child, 'exit')) as [number]
    clearInterval(beats)
    expect(code).toBe(141)
  })
})

describe('the command line', () => {
  it.each([
    [['submti'], 64, 'error: found "submti" (did you mean submit?); expected a command that --help lists\n'],
    [
      ['submit'],
      64,
      'error: submit: found no argument; expected FILE|IMAGE [INPUT…]\nsee: proplet submit --help\n',
    ],
    [
      ['help', 'wacth'],
      64,
      'error: found "wacth" (did you mean watch?); expected a command that --help lists\n',
    ],
    [['completion', 'bsh'], 64, 'error: found "bsh" (did you mean bash?); expected bash, zsh, fish\n'],
    [
      ['stop', 'x'],
      78,
      /^error: no broker and no identity is set, and no `proplet dev` is running; expected/,
    ],
    [['dev', '--port', 'x'], 64, 'error: --port: found "x"; expected a port from 1 to 65535\n'],
    [['dev', '--image', 'x'], 64, /^error: --image: found "x"; expected REF=FILE/],
    [['dev', '--image', 'a=/no'], 66, /^error: --image: "\/no" can't be read: ENOENT/],
    [
      ['dev', '--max-tasks', 'x'],
      78,
      'error: --max-tasks: found "x"; expected a whole number from 1 to 1024\n',
    ],
    [['dev', '--mqtt-address', 'x'], 64, /^error: found "--mqtt-address"; expected an option/],
  ])('%j is wrong', async (args, code, stderr) => {
    const ran = await runClient(args)
    expect(ran).toStrictEqual({
      code,
      stdout: '',
      stderr: typeof stderr === 'string' ? stderr : (expect.stringMatching(stderr) as string),
    })
  })
})
