import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { privateRules } from '../../../../src/io/config/settings/private-rules.js'
import { loaded, IDENTITY } from '../helpers.js'

const rules = (text: string) => E.getOrElseW((problem: string) => problem)(privateRules.read(text))

describe('the list of private hosts', () => {
  it.each([
    ['', []],
    ['false', []],
    ['TRUE', [{ type: 'all' }]],
    ['*', [{ type: 'all' }]],
    [
      ' Nas.lan, *.Edge.lan ,192.168.0.0/16, 10.1.2.3, fd00::/8 ,::1',
      [
        { type: 'name', name: 'nas.lan' },
        { type: 'name', name: '*.edge.lan' },
        { type: 'network', address: '192.168.0.0', bits: 16 },
        { type: 'network', address: '10.1.2.3', bits: 32 },
        { type: 'network', address: 'fd00::', bits: 8 },
        { type: 'network', address: '::1', bits: 128 },
      ],
    ],
  ])('%j', (text, expected) => {
    expect(rules(text)).toStrictEqual(expected)
  })

  it.each([
    '10.0.0.0/33',
    '::1/129',
    'a/8',
    'http://a',
    '10.0.0',
    '1.2.3.4:80',
    'a b',
    '/8',
    '10.0.0.1/-1',
    'a,*',
  ])('refuses %j', (text) => {
    expect(rules(text)).toMatch(/^true, false, or hosts/)
  })
})

it("finds Docker's credentials where Docker does", () => {
  const authFile = (env: Record<string, string>) =>
    loaded({ env: { ...IDENTITY, ...env } }).config.registry.authFile
  expect(authFile({ DOCKER_CONFIG: '/etc/docker-auth', HOME: '/root' })).toBe('/etc/docker-auth/config.json')
  expect(authFile({ HOME: '/root' })).toBe('/root/.docker/config.json')
  expect(authFile({ DOCKER_CONFIG: 'relative', HOME: '/root' })).toBe('/root/.docker/config.json')
})

it('leaves images to the Proxy and refuses private hosts by default', () => {
  const { fetch, registry } = loaded({ env: IDENTITY }).config
  expect([fetch.privateRules, fetch.concurrent, registry.by, registry.insecure]).toStrictEqual([
    [],
    4,
    'proxy',
    [],
  ])
})
