import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { address, completeAddress } from '../../../../src/io/config/settings/address.js'

const read = (text: string, tls = false) => {
  const result = address.read(text)
  return E.isRight(result) ? completeAddress(result.right, tls) : result.left
}

const at = (transport: string, host: string, port: number, path = '') => ({ transport, host, port, path })

describe('address', () => {
  it.each([
    ['tcp://broker', at('tcp', 'broker', 1883)],
    ['mqtt://broker:1884', at('tcp', 'broker', 1884)],
    ['ssl://broker', at('tls', 'broker', 8883)],
    ['tls://broker', at('tls', 'broker', 8883)],
    ['mqtts://broker/', at('tls', 'broker', 8883)],
    ['ws://broker', at('ws', 'broker', 80, '/mqtt')],
    ['wss://broker', at('wss', 'broker', 443, '/mqtt')],
    ['ws://broker:8080/', at('ws', 'broker', 8080, '/')],
    ['WSS://broker/a/b', at('wss', 'broker', 443, '/a/b')],
    ['broker', at('tcp', 'broker', 1883)],
    ['broker.example.org:1885', at('tcp', 'broker.example.org', 1885)],
    ['10.0.0.1', at('tcp', '10.0.0.1', 1883)],
    ['::1', at('tcp', '::1', 1883)],
    ['[::1]', at('tcp', '::1', 1883)],
    ['[::1]:1884', at('tcp', '::1', 1884)],
    ['ssl://[fe80::1]:99', at('tls', 'fe80::1', 99)],
    ['my_broker', at('tcp', 'my_broker', 1883)],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toStrictEqual(expected)
  })

  it('uses TLS for an address without a scheme when there are TLS files', () => {
    expect(read('broker', true)).toStrictEqual(at('tls', 'broker', 8883))
    expect(read('broker:1883', true)).toStrictEqual(at('tls', 'broker', 1883))
    expect(read('tcp://broker', true)).toStrictEqual(at('tcp', 'broker', 1883))
  })

  it.each([
    ['http://broker', 'one of the schemes tcp, mqtt, ssl, tls, mqtts, ws, wss'],
    ['://broker', 'one of the schemes'],
    ['tcp://', 'an address such as'],
    ['broker:', 'an address such as'],
    ['broker:0', 'an address such as'],
    ['broker:65536', 'an address such as'],
    ['broker:x', 'an address such as'],
    ['bro ker', 'an address such as'],
    ['[zz]', 'an address such as'],
    ['tcp://broker/path', 'no path'],
    ['ws://broker/mqtt?token=x', 'a path without a query'],
    ['tcp://user:pw@broker', 'without user name and password'],
  ])('refuses %j', (text, expected) => {
    expect(read(text)).toContain(expected)
  })

  it('never shows what stands before an @ or behind a ?', () => {
    expect(address.mask?.('tcp://user:pw@broker')).toBe('tcp://********@broker')
    expect(address.mask?.('user:pw@broker:1')).toBe('********@broker:1')
    expect(address.mask?.('tcp://u:p@ss@broker')).toBe('tcp://********@broker')
    expect(address.mask?.('ws://broker/mqtt?authorization=pw')).toBe('ws://broker/mqtt?********')
  })

  it('never throws, and gives only addresses that can be connected to', () => {
    const odd = fc.oneof(fc.string(), fc.stringMatching(/^(tcp|wss|x)?:?\/{0,2}[a-z[\]:.0-9@/?#]{0,30}$/))
    fc.assert(
      fc.property(odd, (text) => {
        const result = read(text)
        if (typeof result === 'string') return
        expect(result.host).not.toBe('')
        expect(result.port).toBeGreaterThan(0)
        expect(result.port).toBeLessThan(65_536)
      }),
    )
  })
})
