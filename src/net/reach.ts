import { bytesOfAddress, innermost, kindOf, sharesPrefix } from './ip.js'

/** One entry of the list of private places that binaries may come from. */
export type PrivateRule =
  /** All but link-local addresses. */
  | { readonly type: 'all' }
  /** A name in lower case, or `*.example.lan`: whatever addresses it leads to, but link-local ones. */
  | { readonly type: 'name'; readonly name: string }
  /** Addresses that agree with `address` in the first bits, link-local ones too. */
  | { readonly type: 'network'; readonly address: string; readonly bits: number }

/** Undefined: the address may be connected to; else why not. */
export type Reach = (host: string, address: string) => string | undefined

const listsName = (rule: PrivateRule, host: string): boolean =>
  rule.type === 'name' &&
  (rule.name === host || (rule.name.startsWith('*.') && host.endsWith(rule.name.slice(1))))

/**
 * Public addresses may be connected to; private ones if the list names them or the host; link-local ones, behind which
 * clouds keep the secrets of machines, only if the list has their address. IPv4 in the clothes of IPv6 is IPv4.
 */
export const createReach = (rules: readonly PrivateRule[]): Reach => {
  const networks = rules.flatMap((rule) => {
    const bytes = rule.type === 'network' ? bytesOfAddress(rule.address) : undefined
    return rule.type === 'network' && bytes !== undefined
      ? [{ bytes: innermost(bytes), bits: rule.bits }]
      : []
  })

  return (host, address) => {
    const given = bytesOfAddress(address)
    if (given === undefined) return `${address} is no IP address`
    const bytes = innermost(given)
    const kind = kindOf(bytes)
    if (kind === 'public') return undefined
    const isListed = networks.some((network) => sharesPrefix(bytes, network.bytes, network.bits))
    const isMeant = rules.some((rule) => rule.type === 'all' || listsName(rule, host.toLowerCase()))
    if (kind !== 'unusable' && (isListed || (kind === 'private' && isMeant))) return undefined
    const where = host === address ? `${address} is` : `${host} leads to ${address},`
    return kind === 'unusable'
      ? `${where} an address that nothing is fetched from`
      : `${where} a ${kind} address, which PROPLET_FETCH_PRIVATE does not list`
  }
}
