import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startDaemon } from '../../src/dev/daemon.js'
import { packageVersion } from '../../src/host/version.js'
import { useDaemons } from '../support/daemon.js'
import { inline } from '../support/wire.js'

const { broker, cleanup, directory, proplet, site, wire } = useDaemons()

const IDENTITY = {
  PROPLET_DOMAIN_ID: 'domain',
  PROPLET_CHANNEL_ID: 'channel',
  PROPLET_CLIENT_ID: 'client',
  PROPLET_CLIENT_KEY: 'hunter2',
}

const run = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = directory(),
) => {
  const daemon = startDaemon(env, args, { stderr: 'pipe', cwd })
  cleanup(() => daemon.process.kill('SIGKILL'))
  const { code } = await daemon.exited
  return { code, stdout: daemon.log(), stderr: daemon.stderr() }
}

describe('the command line', () => {
  it('--help', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect([code, stderr]).toStrictEqual([0, ''])
    expect(stdout).toMatch(/^Usage: propeller-proplet \[options\]\n/)
  })

  it('--version', async () => {
    const { name, version } = packageVersion()
    expect(await run(['--version'])).toStrictEqual({
      code: 0,
      stdout: `${name} ${version} (Node.js ${process.versions.node})\n`,
      stderr: '',
    })
  })

  it('--check-config', async () => {
    expect(await run(['--check-config'], IDENTITY)).toStrictEqual({
      code: 0,
      stdout: 'configuration ok\n',
      stderr: '',
    })
    const bad = await run(['--check-config'], { ...IDENTITY, PROPLET_MQTT_QOS: '3' })
    expect(bad).toStrictEqual({
      code: 78,
      stdout: '',
      stderr: 'error: PROPLET_MQTT_QOS: found "3"; expected 0, 1 or 2\n',
    })
  })

  it('--print-config masks the key and shows where values come from, config.toml included', async () => {
    const cwd = directory()
    writeFileSync(
      join(cwd, 'config.toml'),
      '[proplet]\ndomain_id = "d"\nchannel_id = "c"\nclient_id = "id"\nclient_key = "from-file"\n',
    )
    const { code, stdout, stderr } = await run(
      ['--print-config', '--warm', '1'],
      { PROPLET_API_KEY: 'hunter2' },
      cwd,
    )
    expect([code, stderr]).toStrictEqual([0, ''])
    expect(stdout).toMatch(/^client_key +\*{8} +env PROPLET_API_KEY$/m)
    expect(stdout).toMatch(/^domain_id +d +file domain_id in config.toml \[proplet\]$/m)
    expect(stdout).toMatch(/^warm +1 +flag --warm$/m)
    expect(stdout).not.toMatch(/hunter2|from-file/)
  })

  it('does not start with a wrong configuration, and reports every mistake', async () => {
    const { code, stdout, stderr } = await run([], { PROPLET_DOMAIN_ID: 'a/b', PROPLET_WARM: 'some' })
    expect([code, stdout]).toStrictEqual([78, ''])
    expect(stderr).toContain('PROPLET_DOMAIN_ID: found "a/b"; expected')
    expect(stderr).toContain('PROPLET_CLIENT_KEY is required and not set')
    expect(stderr).toContain('PROPLET_WARM: found "some"; expected a whole number from 0 to 256')
  })

  it('knows its flags, and accepts no secret', async () => {
    const unknown = await run(['--mqtt-adress', 'x'], IDENTITY)
    expect(unknown).toMatchObject({ code: 64, stdout: '' })
    expect(unknown.stderr).toContain('did you mean --mqtt-address?')
    const secret = await run(['--client-key', 'hunter2'], IDENTITY)
    expect(secret).toMatchObject({ code: 64, stdout: '' })
    expect(secret.stderr).toContain('secrets are not accepted on the command line')
    expect(secret.stderr).not.toContain('hunter2')
  })
})

describe('the log', () => {
  it('logs at the start what the design document requires', async () => {
    const { proplet: daemon } = await site('embedded', { PROPLET_LOG_LEVEL: 'info' })
    await daemon.logged('Published discovery message')
    const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
    const said = daemon.lines().map(({ level, msg }) => `${level} ${msg.replace(uuid, 'UUID')}`)
    const topics = [
      'control/manager/start',
      'control/manager/stop',
      'control/manager/invoke',
      'registry/server',
    ]
    expect(said).toStrictEqual([
      'info Starting Proplet (TypeScript) - Instance ID: UUID',
      'info MQTT client created (TLS: false)',
      'info Using v8-internal runtime',
      'info Starting PropletService',
      'info Connected to the broker',
      ...topics.map((topic) => `info Subscribed to topic: m/demo-domain/c/demo-channel/${topic}`),
      'info Published discovery message',
    ])
  })

  it('contains no secret at any level', async () => {
    const key = 'hunter2-hunter2'
    const port = await broker('mosquitto')
    const seen = await wire(port)
    const daemon = proplet(port, { PROPLET_LOG_LEVEL: 'trace', PROPLET_CLIENT_KEY: key })
    await seen.beats(1)
    const token = 'task-secret-token'
    await seen.run({ id: 'env', ...inline('hostile', 'trap'), env: { TOKEN: token }, inputs: [] })
    await seen.run({ id: 'refused', ...inline('add', 'add'), env: { TOKEN: [token] } })
    await daemon.stop()
    expect(daemon.lines().length).toBeGreaterThan(10)
    expect(daemon.log() + daemon.stderr()).not.toMatch(/hunter2|task-secret-token/)
    expect(JSON.stringify(seen.messages)).not.toMatch(/hunter2|task-secret-token/)
  })
})

it('uses the names of the current release, a file and flags at once', async () => {
  const port = await broker('embedded')
  const seen = await wire(port)
  const cwd = directory()
  writeFileSync(join(cwd, 'own.toml'), '[proplet2]\nentity_id = "second"\ntenant_id = "demo-domain"\n')
  const daemon = startDaemon(
    {
      PROPLET_CHANNEL_ID: 'demo-channel',
      PROPLET_API_KEY: 'key',
      PROPLET_MQTT_ADDRESS: '',
      PROPLET_CACHE_DIR: 'none',
    },
    ['--config', 'own.toml', '--section', 'proplet2', '--mqtt-address', `127.0.0.1:${port}`],
    { stderr: 'pipe', cwd },
  )
  cleanup(() => daemon.process.kill('SIGKILL'))
  await seen.beats(1)
  expect(seen.messages[0]?.body).toMatchObject({ proplet_id: 'second' })
  expect(await daemon.stop()).toBe(0)
  expect(daemon.stderr()).toBe('')
})
