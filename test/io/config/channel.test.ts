import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { loadChannel } from '../../../src/io/config/channel.js'
import { HOST, IDENTITY, tree } from './helpers.js'

const load = (env: Readonly<Record<string, string>>, flags: Readonly<Record<string, string>> = {}) =>
  loadChannel({ env, flags }, HOST)
const loaded = (...given: Parameters<typeof load>) => {
  const result = load(...given)
  if (E.isLeft(result)) throw result.left
  return result.right
}
const problems = (...given: Parameters<typeof load>): readonly string[] => {
  const result = load(...given)
  return E.isLeft(result) ? result.left.problems : []
}

const section = (name: string, client: string): string =>
  `[${name}]\ndomain_id = "d"\nchannel_id = "c"\nclient_id = "${client}"\nclient_key = "k"\n`

it('uses the settings of the daemon by their names, and ignores all others', () => {
  const { config, devFile, warnings } = loaded(
    { ...IDENTITY, PROPLET_WARM: 'nonsense', PROPLET_DIRS: '/not/there', PROPLET_MQTT_ADRESS: 'x' },
    { 'mqtt-address': 'tls://broker' },
  )
  expect(config.identity).toStrictEqual({
    domainId: 'dom',
    channelId: 'chan',
    clientId: 'client',
    clientKey: 'hunter2',
  })
  expect(config.mqtt.address).toMatchObject({ transport: 'tls', host: 'broker', port: 8883 })
  expect(devFile).toBeUndefined()
  expect(warnings).toStrictEqual([
    'PROPLET_MQTT_ADRESS is not a setting (did you mean PROPLET_MQTT_ADDRESS?): ignored',
  ])
})

describe('the file', () => {
  const file = (text: string): string => `${tree({ 'c.toml': text })}/c.toml`

  it.each([
    [section('proplet', 'p') + section('manager', 'm'), {}, 'p'],
    [section('proplet1', 'p') + section('manager', 'm'), {}, 'm'],
    [section('proplet', 'p') + section('manager', 'm'), { section: 'manager' }, 'm'],
  ])('has a section for clients: %#', (text, flags, client) => {
    expect(loaded({}, { config: file(text), ...flags }).config.identity.clientId).toBe(client)
  })

  it('without that section is an error that lists its sections', () => {
    const text = section('proplet1', 'p') + section('manager', 'm')
    expect(problems({}, { config: file(text), section: 'proplet' })[0]).toContain(
      'only [proplet1], [manager]',
    )
    expect(problems({}, { config: file('[a]\n') })[0]).toContain('has no section [proplet], only [a]')
    expect(problems({}, { config: '/no/such.toml' })[0]).toContain("/no/such.toml can't be read")
  })
})

describe('a running proplet dev', () => {
  const home = () =>
    tree({ '.local/state/proplet/dev.toml': `${section('proplet', 'dev')}mqtt_address = "h:7"\n` })

  it('is used if nothing else is set', () => {
    const HOME = home()
    const { config, devFile } = loaded({ HOME })
    expect([config.identity.clientId, config.mqtt.address.port]).toStrictEqual(['dev', 7])
    expect(devFile).toBe(`${HOME}/.local/state/proplet/dev.toml`)
    expect(loaded({ HOME: '/no', XDG_STATE_HOME: `${HOME}/.local/state` }).config.identity.clientId).toBe(
      'dev',
    )
  })

  it('is not used if a broker or an identity is configured', () => {
    expect(problems({ HOME: home(), PROPLET_MQTT_ADDRESS: 'other' })).toHaveLength(4)
    expect(problems({ HOME: home() }, { 'client-id': 'me' })).toHaveLength(3)
    expect(loaded({ HOME: home(), ...IDENTITY }).config.identity.clientId).toBe('client')
  })

  it('is suggested in one line if nothing is configured', () => {
    expect(problems({ HOME: tree() })).toStrictEqual([
      expect.stringMatching(/^no broker and no identity is set, and no `proplet dev` is running; expected/),
    ])
    expect(problems({})).toHaveLength(1)
  })

  it('with a broken file is an error', () => {
    const HOME = tree({ '.local/state/proplet/dev.toml': '[proplet' })
    expect(problems({ HOME })[0]).toContain(`${HOME}/.local/state/proplet/dev.toml, line 1`)
  })
})

it('reports every mistake, and no secret', () => {
  const found = problems({
    ...IDENTITY,
    PROPLET_CLIENT_KEY: ' s3cret ',
    PROPLET_MQTT_QOS: '9',
    PROPLET_MQTT_TLS_CA_CERT: '/no',
  })
  expect(found).toHaveLength(4)
  expect(found.join()).not.toContain('s3cret')
})
