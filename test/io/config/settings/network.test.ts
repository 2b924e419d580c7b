import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { networkRules } from '../../../../src/io/config/settings/network.js'
import { allows, allowsAddress } from '../../../../src/net/policy.js'

const rules = (text: string) => E.getOrElseW((problem: string) => problem)(networkRules.read(text))

describe('the list of destinations', () => {
  it.each([
    ['', []],
    ['*', [{ host: '*', port: undefined }]],
    [
      ' Example.org:443, *.example.com ,127.0.0.1, ::1 ,[::1]:80',
      [
        { host: 'example.org', port: 443 },
        { host: '*.example.com', port: undefined },
        { host: '127.0.0.1', port: undefined },
        { host: '::1', port: undefined },
        { host: '::1', port: 80 },
      ],
    ],
  ])('%j', (text, expected) => {
    expect(rules(text)).toStrictEqual(expected)
  })

  it.each(['http://a', 'a b', 'a:0', 'a:65536', 'a:b', '[::1', '[a]:1', '*.', 'a..b', '-a', '*a', 'a@b'])(
    'refuses %j',
    (text) => {
      expect(rules(text)).toMatch(/^hosts separated by commas/)
    },
  )

  it('matches names, parts of names, addresses and ports', () => {
    const list = [
      { host: 'example.org', port: 443 },
      { host: '*.example.com', port: undefined },
      { host: '127.0.0.1', port: undefined },
    ]
    expect(allows(list, 'EXAMPLE.org', 443)).toBe(true)
    expect(allows(list, 'example.org', 80)).toBe(false)
    expect(allows(list, 'a.example.org', 443)).toBe(false)
    expect(allows(list, 'a.b.example.com', 1)).toBe(true)
    expect(allows(list, 'example.com', 1)).toBe(false)
    expect(allows(list, '.example.com', 1)).toBe(false)
    expect(allows(list, 'badexample.com', 1)).toBe(false)
    expect(allows(list, '127.0.0.1', 80)).toBe(true)
    expect(allows([], 'example.org', 443)).toBe(false)
  })

  it('lets names resolve to any address but link-local and cloud metadata ones', () => {
    const list = [{ host: 'example.org', port: undefined }]
    expect(allowsAddress(list, '10.0.0.1', 80)).toBe(true)
    expect(allowsAddress(list, '169.254.169.254', 80)).toBe(false)
    expect(allowsAddress(list, 'fe80::1', 80)).toBe(false)
    expect(allowsAddress([{ host: '169.254.169.254', port: 80 }], '169.254.169.254', 80)).toBe(true)
    expect(allowsAddress([{ host: '*', port: undefined }], '169.254.169.254', 80)).toBe(false)
    expect(allows([{ host: '*', port: undefined }], '169.254.169.254', 80)).toBe(false)
  })
})
