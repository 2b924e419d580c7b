import { describe, expect, it } from 'vitest'
import { kindOf, parseAddress } from '../../src/net/address.js'
import { downloadGuard, type PrivateRule } from '../../src/net/private-rules.js'
import { sendBody } from '../support/web-server.js'
import { downloader, failure, got, serve, sha256, wasmOf } from '../io/download/harness.js'

const kind = (address: string) => {
  const parsed = parseAddress(address)
  return parsed && kindOf(parsed)
}

describe('the kind of an address', () => {
  it.each([
    [
      'public',
      ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '11.0.0.0'],
    ],
    [
      'private',
      ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '127.255.0.1', '::1'],
    ],
    ['private', ['100.64.0.1', 'fd12::1', 'fc00::', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1']],
    ['private', ['64:ff9b::192.168.0.1', '2002:7f00:1::', '2001::1', '0:0:0:0:0:ffff:10.0.0.1']],
    ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.169.254', 'fd00:ec2::254']],
    ['link-local', ['100.100.100.200', '192.0.0.192', '64:ff9b::a9fe:a9fe']],
    ['unusable', ['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '255.255.255.255', 'ff02::1', '::ffff:0.0.0.0']],
    [undefined, ['example.org', '', '1.2.3', '127.1', '::g']],
  ] as const)('is %s', (expected, addresses) => {
    for (const address of addresses) expect([address, kind(address)]).toStrictEqual([address, expected])
  })
})

describe('what may be connected to', () => {
  const refused = (rules: readonly PrivateRule[], address: string, host = address) =>
    downloadGuard(rules)(host, address, 80) !== undefined
  const network = (address: string, bits: number): PrivateRule => ({ type: 'network', address, bits })

  it('is any public address, without rules', () => {
    expect(refused([], '8.8.8.8')).toBe(false)
    for (const address of ['10.0.0.1', '::1', '169.254.169.254', '0.0.0.0', 'nonsense'])
      expect(refused([], address)).toBe(true)
  })

  it('is any address but link-local ones, with `true`', () => {
    const rules: readonly PrivateRule[] = [{ type: 'all' }]
    expect(refused(rules, '10.0.0.1')).toBe(false)
    expect(refused(rules, '::ffff:10.0.0.1')).toBe(false)
    expect(refused(rules, '169.254.169.254')).toBe(true)
    expect(refused(rules, '::ffff:169.254.169.254')).toBe(true)
    expect(refused(rules, '0.0.0.0')).toBe(true)
  })

  it('is any address of a listed network, link-local or not', () => {
    const rules = [network('192.168.4.0', 22), network('fe80::', 10), network('::ffff:10.1.1.1', 32)]
    expect(refused(rules, '192.168.7.255')).toBe(false)
    expect(refused(rules, '192.168.8.0')).toBe(true)
    expect(refused(rules, 'fe80::1')).toBe(false)
    expect(refused(rules, '10.1.1.1')).toBe(false)
    expect(refused(rules, '10.1.1.2')).toBe(true)
  })

  it('is any address that a listed name resolves to, except link-local ones', () => {
    const rules: readonly PrivateRule[] = [
      { type: 'name', name: 'nas.lan' },
      { type: 'name', name: '*.edge.lan' },
    ]
    expect(refused(rules, '10.0.0.1', 'NAS.lan')).toBe(false)
    expect(refused(rules, '10.0.0.1', 'a.edge.lan')).toBe(false)
    for (const host of ['edge.lan', 'evil-nas.lan', 'xedge.lan', '10.0.0.1'])
      expect(refused(rules, '10.0.0.1', host)).toBe(true)
    expect(refused(rules, '169.254.169.254', 'nas.lan')).toBe(true)
  })
})

describe('a download', () => {
  const BINARY = wasmOf(1000)

  it('does not connect to this machine unless it is listed, however it is written', async () => {
    const server = await serve((exchange) => sendBody(exchange, BINARY))
    const { open } = await downloader({ privateRules: [] })
    const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0']
    for (const host of hosts) {
      const error = await failure(open(`http://${host}:${server.port}/`))
      expect(error.transient).toBe(false)
      expect(error.message).toMatch(/a private address, which PROPLET_FETCH_PRIVATE|never fetched from/)
    }
    expect(server.requests).toHaveLength(0)
    const listed = await downloader({ privateRules: [{ type: 'name', name: 'localhost' }] })
    expect((await got(listed.open(`http://localhost:${server.port}/`))).binary.digest).toBe(sha256(BINARY))
  })

  it('connects only to the allowed addresses of a name', async () => {
    const server = await serve((exchange) => sendBody(exchange, BINARY))
    const only = (address: string) =>
      downloader({ privateRules: [{ type: 'network', address, bits: address === '::1' ? 128 : 32 }] })
    const url = `http://localhost:${server.port}/`
    expect((await got((await only('127.0.0.1')).open(url))).binary.digest).toBe(sha256(BINARY))
    expect((await failure((await only('127.0.0.2')).open(url))).message).toContain('PROPLET_FETCH_PRIVATE')
    expect(server.requests).toHaveLength(1)
  })

  it('does not follow a redirect there', async () => {
    const inner = await serve((exchange) => sendBody(exchange, BINARY))
    const outer = await serve(({ response }) => {
      response.writeHead(302, { location: `http://127.0.0.1:${inner.port}/admin` })
      response.end()
    })
    const { open } = await downloader({ privateRules: [{ type: 'name', name: 'localhost' }] })
    const error = await failure(open(`http://localhost:${outer.port}/`))
    expect(error.message).toBe(
      `GET http://127.0.0.1:${inner.port}/admin: 127.0.0.1 is a private address, which PROPLET_FETCH_PRIVATE does not list`,
    )
    expect(inner.requests).toHaveLength(0)
  })
})
