import { BlockList, isIP } from 'node:net'

/** One entry of the list of destinations that guests may reach. */
export type NetworkRule = {
  /** A name in lower case, `*.example.org`, an IP address, or `*` for all. */
  readonly host: string
  /** Undefined: every port. */
  readonly port: number | undefined
  /** Of `*`: without link-local addresses, where clouds tell machines their secrets. */
  readonly isGuarded?: boolean
}

/** What of the network there can be; by default all of it. */
export type NetworkUses = {
  readonly tcp: boolean
  readonly udp: boolean
  readonly http: boolean
  readonly lookup: boolean
}

export type NetworkOptions = {
  /** Empty: guests have no network. */
  readonly rules: readonly NetworkRule[]
  readonly uses?: NetworkUses
  /** What would allow what was refused, for the log; by default a setting of the daemon. */
  readonly remedy?: string
  readonly tls: {
    /** PEM, beside the authorities that Node.js knows. */
    readonly ca: string | undefined
    readonly verify: boolean
  }
}

/** Where clouds tell machines their secrets: not to be reached by way of a name that is allowed. */
const LINK_LOCAL = new BlockList()
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4')
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6')

const isLinkLocal = (address: string): boolean =>
  isIP(address) !== 0 && LINK_LOCAL.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const matches = ({ host: rule, isGuarded = false }: NetworkRule, host: string): boolean => {
  if (rule === '*') return !(isGuarded && isLinkLocal(host))
  return (
    rule === host || (rule.startsWith('*.') && host.endsWith(rule.slice(1)) && host.length > rule.length - 1)
  )
}

/** Whether the list names the host, which is a name or an address as the guest wrote it. */
export const allows = (rules: readonly NetworkRule[], host: string, port: number): boolean =>
  rules.some((rule) => (rule.port ?? port) === port && matches(rule, host.toLowerCase()))

/** Whether an address that an allowed name led to may be reached. */
export const allowsAddress = (rules: readonly NetworkRule[], address: string, port: number): boolean =>
  allows(rules, address, port) || !isLinkLocal(address)
