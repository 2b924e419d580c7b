import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { childrenOf, gone, useDaemons, type Site } from '../support/daemon.js'
import { fixture, inline, type Wire } from '../support/wire.js'

const { directory, registry, site } = useDaemons('all')

const IMAGE = 'registry.example/large:v1'
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** `add` with a custom section, large enough to be passed by path. */
const large = Buffer.concat([
  fixture('add'),
  Buffer.from([0, 0x80, 0x80, 0x80, 1, 4, ...Buffer.from('fill')]),
  Buffer.alloc(2 * 1024 * 1024 - 5),
])

describe('a proplet with isolation by a sandbox', () => {
  let wire: Wire
  let proplet: Site['proplet']
  let [data, models]: string[] = []
  beforeAll(async () => {
    const root = directory()
    ;[data, models] = [join(root, 'data'), join(root, 'models')]
    mkdirSync(data)
    mkdirSync(models)
    writeFileSync(join(models, 'weights'), 'given')
    const started = await site('mosquitto', {
      PROPLET_ISOLATION: 'sandbox',
      PROPLET_DIRS: data,
      PROPLET_DIRS_READONLY: models,
    })
    ;({ wire, proplet } = started)
    await registry(started.port, { images: new Map([[IMAGE, large]]) })
  })

  it('runs everything as usual, including large binaries from its cache', async () => {
    const add = { ...inline('add', 'add'), inputs: [10, 20] }
    expect(await wire.run({ id: 'add', ...add })).toMatchObject({ results: '30', error: null })
    const fetched = { name: 'add', image_url: IMAGE, inputs: [20, 22] }
    expect(await wire.run({ id: 'large', ...fetched })).toMatchObject({ results: '42', error: null })
    expect(await wire.run({ id: 'hello', ...inline('components/hello', '_start') })).toMatchObject({
      results: 'hello from a component\n',
    })
  })

  it('gives guests its directories, writable and read-only', async () => {
    const inputs = ['write', join(data ?? '', 'new'), 'text', 'read', join(models ?? '', 'weights')]
    const refused = ['write', join(models ?? '', 'new'), 'text', 'read', '/etc/passwd']
    const files = { ...inline('files', '_start'), inputs: [...inputs, ...refused] }
    expect(await wire.run({ id: 'files', ...files })).toMatchObject({
      results: 'ok\nread given\nerrno 69\nerrno 76\n',
    })
    expect(readFileSync(join(data ?? '', 'new'), 'utf8')).toBe('text')
    expect(readdirSync(models ?? '')).toStrictEqual(['weights'])
  })

  it('stops endless loops, and takes all children down when it is killed', async () => {
    await wire.start({ id: 'spin', ...inline('hostile', 'spin') })
    await wire.stop('spin')
    expect(await wire.result('spin')).toMatchObject({ error: 'task stopped' })
    await wire.start({ id: 'again', ...inline('hostile', 'spin'), daemon: true })
    await wire.result('again')
    const outer = childrenOf(proplet.process.pid)
    const inner = outer.flatMap((pid) => childrenOf(pid))
    expect(inner.length).toBeGreaterThan(0)
    proplet.process.kill('SIGKILL')
    await gone([...outer, ...inner])
  })
})

it('an unavailable sandbox is a configuration error at the start', () => {
  const env = {
    PROPLET_DOMAIN_ID: 'domain',
    PROPLET_CHANNEL_ID: 'channel',
    PROPLET_CLIENT_ID: 'client',
    PROPLET_CLIENT_KEY: 'hunter2',
    PROPLET_ISOLATION: 'sandbox',
    PATH: process.env['PATH'],
  }
  // Forbids new namespaces: without capabilities, and with a limit of 0.
  const forbidding =
    'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -all --inh-caps -all "$@"'
  const command = ['-r', 'sh', '-c', forbidding, 'sh', process.execPath, MAIN]
  const { status, stdout, stderr } = spawnSync('unshare', command, {
    env,
    cwd: directory(),
    encoding: 'utf8',
  })
  expect([status, stdout]).toStrictEqual([78, ''])
  expect(stderr).toMatch(
    /^error: PROPLET_ISOLATION: found "sandbox"; expected process or thread, as bubblewrap cannot create a sandbox here: bwrap: .*namespace/,
  )
})
