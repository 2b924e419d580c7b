import { isSameAddress, kindOf, parseAddress, type IpAddress } from './address.js'
import type { Guard } from './guard.js'
import type { TlsTrust } from './tls.js'

/** One entry of the list of destinations that guests may reach. */
export type NetworkRule = {
  /** A name in lower case, `*.example.org`, an IP address, or `*` for all except link-local addresses. */
  readonly host: string
  /** Undefined for every port. */
  readonly port: number | undefined
  /** With `*`: also allows link-local addresses, where clouds serve the secrets of machines. */
  readonly isUnguarded?: boolean
}

/** Which uses of the network are allowed; all by default. */
export type NetworkUses = {
  readonly tcp: boolean
  readonly udp: boolean
  readonly http: boolean
  readonly lookup: boolean
}

export type NetworkOptions = {
  /** If empty, guests have no network. */
  readonly rules: readonly NetworkRule[]
  readonly uses?: NetworkUses
  /** How to allow what was refused, for the log; by default names a setting of the daemon. */
  readonly remedy?: string
  readonly tls: TlsTrust
}

const isOfPort = (rule: NetworkRule, port: number): boolean => (rule.port ?? port) === port

const matchesName = (rule: string, name: string): boolean => {
  if (rule === '*' || rule === name) return true
  return rule.startsWith('*.') && name.endsWith(rule.slice(1)) && name.length > rule.length - 1
}

const listsAddress = (rules: readonly NetworkRule[], address: IpAddress, port: number): boolean =>
  rules.some((rule) => {
    if (!isOfPort(rule, port)) return false
    if (rule.isUnguarded === true) return true
    const listed = parseAddress(rule.host)
    return listed !== undefined && isSameAddress(listed, address)
  })

/** Whether the list allows the host, a name or an address as written by the guest. `*` does not include link-local addresses. */
export const allows = (rules: readonly NetworkRule[], host: string, port: number): boolean => {
  const address = parseAddress(host)
  if (address === undefined)
    return rules.some((rule) => isOfPort(rule, port) && matchesName(rule.host, host.toLowerCase()))
  const isForAll = rules.some((rule) => rule.host === '*' && isOfPort(rule, port))
  return listsAddress(rules, address, port) || (isForAll && kindOf(address) !== 'link-local')
}

/** Whether an address that an allowed name resolved to may be reached. */
export const allowsAddress = (rules: readonly NetworkRule[], text: string, port: number): boolean => {
  const address = parseAddress(text)
  return address !== undefined && (kindOf(address) !== 'link-local' || listsAddress(rules, address, port))
}

/** Allows every address except link-local ones that no rule lists as an address. */
export const linkLocalGuard =
  (rules: readonly NetworkRule[]): Guard =>
  (host, address, port) => {
    if (allowsAddress(rules, address, port)) return undefined
    return host === address
      ? `${address} is a link-local address that is not listed`
      : `${host} resolves to ${address}, a link-local address that is not listed`
  }

/** The guard for an operator's URL: a literal address is allowed; a name must not resolve to a link-local one. */
export const operatorGuard = (url: URL): Guard =>
  linkLocalGuard([{ host: url.hostname.replace(/^\[|\]$/g, ''), port: undefined }])
