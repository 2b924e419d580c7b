import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { devImages } from '../../../src/cli/dev/images.js'
import { noticeText, postNotice, removeNotice } from '../../../src/cli/dev/notice.js'
import { devConfig } from '../../../src/cli/dev/settings.js'
import { devPrefix, keyHoldersOnly, newDevSite } from '../../../src/cli/dev/site.js'
import { startBroker } from '../../../src/dev/broker.js'
import { connectPeer } from '../../../src/dev/peer.js'
import { loadChannel } from '../../../src/io/config/channel.js'
import { HOST, tree } from '../../io/config/helpers.js'
import { runClient } from '../../support/client.js'

const site = newDevSite()

it('has a new key each time, and admits those who know it', async () => {
  expect(newDevSite().key).not.toBe(site.key)
  const broker = await startBroker({ aedes: keyHoldersOnly(site) })
  onTestFinished(() => broker.close())
  const options = { port: broker.port, prefix: devPrefix(site), username: site.clientId }
  const peer = await connectPeer({ ...options, password: site.key }, ['x'])
  await peer.close()
  for (const password of ['', `${site.key}x`, 'x'.repeat(site.key.length)]) {
    await expect(connectPeer({ ...options, password }, [])).rejects.toThrow()
  }
  await expect(connectPeer({ port: broker.port, prefix: devPrefix(site) }, [])).rejects.toThrow()
})

it('reports a port that is taken', async () => {
  const { port, close } = await startBroker()
  onTestFinished(close)
  expect(await runClient(['dev', '--port', String(port)])).toMatchObject({
    code: 69,
    stdout: '',
    stderr: `error: --port: port ${port} is taken; expected a free one\n`,
  })
})

describe('the notice', () => {
  const post = (HOME: string, text = noticeText(site, 7)) =>
    postNotice({ path: join(HOME, '.local/state/proplet/dev.toml'), text })

  it('is readable by the user only, and leads clients to the broker', async () => {
    const HOME = tree()
    const { path } = await post(HOME)
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toStrictEqual([
      0o600, 0o700,
    ])
    expect(loadChannel({ env: { HOME } }, HOST)).toMatchObject({
      right: {
        devFile: path,
        config: {
          identity: { domainId: 'dev', channelId: 'dev', clientId: 'dev-client', clientKey: site.key },
          mqtt: { address: { transport: 'tcp', host: '127.0.0.1', port: 7 } },
        },
      },
    })
  })

  it('replaces an older one, which then leaves it alone', async () => {
    const HOME = tree()
    const older = await post(HOME)
    const newer = await post(HOME, noticeText(newDevSite(), 8))
    await removeNotice(older)
    expect(readFileSync(newer.path, 'utf8')).toBe(newer.text)
    await removeNotice(newer)
    expect(existsSync(newer.path)).toBe(false)
  })
})

describe('the images of the registry', () => {
  it('are files, read again each time, then those of the next source; a missing image is reported', async () => {
    const path = join(tree(), 'a.wasm')
    writeFileSync(path, 'one')
    const missing: string[] = []
    const source = devImages(
      new Map([
        ['a', path],
        ['gone', '/no/such'],
      ]),
      (image, why) => missing.push(`${image}: ${why}`),
      (image) =>
        image === 'bad'
          ? Promise.reject(new Error('401'))
          : Promise.resolve(image === 'b' ? Buffer.from('two') : undefined),
    )
    const ask = (image: string) => source(image, new AbortController().signal)
    expect((await ask('a'))?.toString()).toBe('one')
    writeFileSync(path, 'new')
    expect((await ask('a'))?.toString()).toBe('new')
    expect((await ask('b'))?.toString()).toBe('two')
    for (const image of ['c', 'gone', 'bad']) expect(await ask(image)).toBeUndefined()
    expect(missing).toStrictEqual([
      'c: expected an image given by --image',
      expect.stringContaining('gone: ENOENT'),
      'bad: 401',
    ])
  })
})

describe('the proplet', () => {
  const facts = { site, port: 7, cache: '/tmp/cache' }

  it('follows variables and flags, except for its identity and its broker', () => {
    const { config } = devConfig(
      { 'max-tasks': '3' },
      {
        PROPLET_MQTT_ADDRESS: 'tls://production',
        PROPLET_MQTT_TLS_CA_CERT: '/no',
        PROPLET_TENANT_ID: 'other',
        PROPLET_CLIENT_KEY: 'other',
        PROPLET_CONFIG_FILE: '/no',
        PROPLET_HTTP_ENABLED: 'true',
        PROPLET_RESULT_HOLD_MS: '20',
      },
      facts,
    )
    expect(config.identity).toStrictEqual({
      domainId: 'dev',
      channelId: 'dev',
      clientId: 'dev-proplet',
      clientKey: site.key,
    })
    expect(config.mqtt).toMatchObject({ address: { transport: 'tcp', port: 7 }, tls: undefined })
    expect([config.limits.maxTasks, config.intervals.resultHoldMs]).toStrictEqual([3, 20])
    expect([config.http !== undefined, config.cache?.directory]).toStrictEqual([true, '/tmp/cache'])
  })

  it('reports what is wrong with them', () => {
    expect(() => devConfig({ warm: 'x' }, {}, facts)).toThrow(
      expect.objectContaining({
        exit: 78,
        message: '--warm: found "x"; expected a whole number from 0 to 256',
      }),
    )
  })
})
