import * as E from 'fp-ts/lib/Either.js'
import { isIP } from 'node:net'
import type { PrivateRule } from '../../../net/private-rules.js'
import { isHostPattern } from './network.js'
import type { Reader } from './setting.js'

const EXPECTED =
  'true, false, or hosts separated by commas: names, *.example.lan, IP addresses, networks such as 192.168.0.0/16'

const networkOf = (text: string): PrivateRule | undefined => {
  const [, address = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const max = version === 4 ? 32 : 128
  const bits = digits === undefined ? max : Number(digits)
  return bits <= max ? { type: 'network', address, bits } : undefined
}

const ruleOf = (text: string): PrivateRule | undefined =>
  networkOf(text) ??
  (isHostPattern(text) && !/^[\d.]+$/.test(text) ? { type: 'name', name: text } : undefined)

/** Reads the private hosts that binaries may be fetched from: text with commas, or an array. */
export const privateRules: Reader<readonly PrivateRule[]> = {
  read: (raw) => {
    const items = (typeof raw === 'string' ? raw.split(',') : raw).map((item) => item.trim().toLowerCase())
    const words = items.filter((item) => item !== '')
    const [only = 'false'] = words
    if (words.length < 2 && ['true', 'yes', 'on', '1', '*'].includes(only)) return E.right([{ type: 'all' }])
    if (words.length < 2 && ['false', 'no', 'off', '0'].includes(only)) return E.right([])
    const found = words.map(ruleOf).filter((rule) => rule !== undefined)
    return found.length === words.length ? E.right(found) : E.left(EXPECTED)
  },
}
