import { kindOf, parseAddress, sharesPrefix } from './address.js'
import type { Guard } from './guard.js'

/** One entry of the list of private hosts that binaries may come from. */
export type PrivateRule =
  /** All except link-local addresses. */
  | { readonly type: 'all' }
  /** A lower-case name, or `*.example.lan`: any address it resolves to, except link-local ones. */
  | { readonly type: 'name'; readonly name: string }
  /** Addresses that share the first `bits` bits with `address`, including link-local ones. */
  | { readonly type: 'network'; readonly address: string; readonly bits: number }

const listsName = (rule: PrivateRule, host: string): boolean =>
  rule.type === 'name' &&
  (rule.name === host || (rule.name.startsWith('*.') && host.endsWith(rule.name.slice(1))))

/**
 * The guard for downloads: allows public addresses, private ones if they or the host are listed, and link-local ones if listed.
 */
export const downloadGuard = (rules: readonly PrivateRule[]): Guard => {
  const networks = rules.flatMap((rule) => {
    const address = rule.type === 'network' ? parseAddress(rule.address) : undefined
    return rule.type === 'network' && address !== undefined ? [{ address, bits: rule.bits }] : []
  })

  return (host, text) => {
    const address = parseAddress(text)
    if (address === undefined) return `${text} is not an IP address`
    const kind = kindOf(address)
    if (kind === 'public') return undefined
    const isListed = networks.some((network) => sharesPrefix(address, network.address, network.bits))
    const isMeant = rules.some((rule) => rule.type === 'all' || listsName(rule, host.toLowerCase()))
    if (kind !== 'unusable' && (isListed || (kind === 'private' && isMeant))) return undefined
    const where = host === text ? `${text} is` : `${host} resolves to ${text},`
    return kind === 'unusable'
      ? `${where} an address that is never fetched from`
      : `${where} a ${kind} address, which PROPLET_FETCH_PRIVATE does not list`
  }
}
