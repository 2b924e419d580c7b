import { describe, expect, it } from 'vitest'
import { firstValueFrom } from 'rxjs'
import { createFederatedHttp } from '../../src/io/federated/http.js'
import { createPoster } from '../../src/io/traces/post.js'
import { kindOf, parseAddress } from '../../src/net/address.js'
import {
  allows,
  allowsAddress,
  linkLocalGuard,
  operatorGuard,
  type NetworkRule,
} from '../../src/net/policy.js'
import { downloadGuard } from '../../src/net/private-rules.js'
import { downloader, failure } from '../io/download/harness.js'
import { LINK_LOCAL, OTHERS } from './rows.js'

const ALL: readonly NetworkRule[] = [{ host: '*', port: undefined }]
const TRUST = { ca: undefined, verify: true } as const
const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address)
const errorOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => String(error),
  )

describe.each(LINK_LOCAL)('%s', (address) => {
  it('is link-local', () => {
    const parsed = parseAddress(address)
    expect(parsed && kindOf(parsed)).toBe('link-local')
  })

  it('is allowed to guests only if listed as an address, not by *, a name or another address', () => {
    for (const rules of [ALL, [...ALL, { host: '169.254.1.1', port: undefined }], []]) {
      expect(allows(rules, address, 80)).toBe(false)
      expect(allowsAddress(rules, address, 80)).toBe(false)
    }
    const listed = [{ host: address, port: 80 }]
    expect(allows(listed, address, 80)).toBe(true)
    expect(allowsAddress(listed, address, 80)).toBe(true)
    expect(allows(listed, address, 81)).toBe(false)
  })

  it('is not downloaded from', async () => {
    expect(downloadGuard([{ type: 'all' }])('example.org', address, 80)).toContain('link-local')
    const { open } = await downloader({ privateRules: [{ type: 'all' }] })
    const error = await failure(open(`http://${inUrl(address)}:9/x.wasm`))
    expect(error.message).toContain('link-local address')
    expect(error.transient).toBe(false)
    const bits = address.includes(':') && !address.includes('.') ? 128 : 32
    expect(downloadGuard([{ type: 'network', address, bits }])(address, address, 80)).toBeUndefined()
  })

  it('gets no request for a federated learning task', async () => {
    const { get } = createFederatedHttp({ network: { rules: ALL, tls: TRUST }, maxBytes: 1000 })
    const url = `http://${inUrl(address)}:9/models/1`
    expect(await errorOf(firstValueFrom(get({ url, shown: 'shown', isOfTask: true })))).toContain(
      'a link-local address that is not listed',
    )
  })

  it('gets no traces if a name resolves to it', () => {
    expect(operatorGuard(new URL('http://collector.lan/v1/traces'))('collector.lan', address, 80)).toContain(
      'collector.lan resolves to',
    )
    expect(operatorGuard(new URL(`http://${inUrl(address)}/`))(address, address, 80)).toBeUndefined()
  })
})

describe.each(OTHERS)('%s', (address) => {
  it('is not link-local, and allowed by *', () => {
    const parsed = parseAddress(address)
    expect(parsed && kindOf(parsed)).not.toBe('link-local')
    expect(allows(ALL, address, 80)).toBe(true)
    expect(linkLocalGuard([])('example.org', address, 80)).toBeUndefined()
  })
})

it('a collector at a refused address is given up without retries', async () => {
  const guard = linkLocalGuard([])
  const poster = createPoster({ url: new URL('http://169.254.169.254/'), timeoutMs: 1000, tls: TRUST, guard })
  expect(await firstValueFrom(poster.post('{}'))).toStrictEqual({
    kind: 'refused',
    why: expect.stringContaining('169.254.169.254 is a link-local address that is not listed') as string,
  })
  poster.close()
})
