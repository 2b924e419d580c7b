import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An IP address. An IPv6 address that embeds an IPv4 address is represented by the IPv4 address. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6

/** The kind of network that an address belongs to. */
export type AddressKind =
  | 'public'
  /** A local network, or this machine. */
  | 'private'
  /** Where clouds serve the credentials of machines, and what only neighbours on the wire use. */
  | 'link-local'
  /** Not the address of a single peer: unspecified, multicast, broadcast, reserved. */
  | 'unusable'

type Subnet = [IpAddress, number]

const subnets = (...texts: readonly string[]): Subnet[] =>
  texts.map((text): Subnet => {
    const [address = '', bits] = text.split('/')
    return [ipaddr.parse(address), Number(bits)]
  })

// From the IANA registries of special-purpose addresses, and the metadata services of clouds: AWS (169.254.169.254,
// fd00:ec2::254), Alibaba (100.100.100.200) and Oracle (192.0.0.192). In the order of KINDS.
const RANGES = {
  'link-local': subnets(
    '169.254.0.0/16',
    'fe80::/10',
    '100.100.100.200/32',
    '192.0.0.192/32',
    'fd00:ec2::/32',
  ),
  unusable: subnets('0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8'),
  private: [
    ...subnets('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '100.64.0.0/10'),
    ...subnets('192.0.0.0/24', '198.18.0.0/15', '::1/128', 'fc00::/7', 'fec0::/10', '2001::/32'),
    ...subnets('64:ff9b:1::/48'),
  ],
} satisfies Record<Exclude<AddressKind, 'public'>, Subnet[]>
const KINDS = ['link-local', 'unusable', 'private'] as const

/**
 * Prefixes of IPv6 addresses that embed IPv4, and the offset of the IPv4 address: mapped, translated (SIIT), compatible, NAT64,
 * 6to4.
 */
const CARRIERS = [
  ...subnets('::ffff:0:0/96', '::ffff:0:0:0/96', '::/96', '64:ff9b::/96').map((subnet) => ({
    subnet,
    at: 12,
  })),
  ...subnets('2002::/16').map((subnet) => ({ subnet, at: 2 })),
]
const [TEREDO, LOCAL_NAT64] = subnets('2001::/32', '64:ff9b:1::/48')

const isIn = (address: IpAddress, subnet: Subnet | undefined): boolean =>
  subnet !== undefined && address.kind() === subnet[0].kind() && address.match(subnet)

const isLoopbackOrNone = (address: IpAddress): boolean =>
  address
    .toByteArray()
    .slice(0, 15)
    .every((byte) => byte === 0)

const carried = (address: ipaddr.IPv6): IpAddress => {
  if (isLoopbackOrNone(address)) return address
  const carrier = CARRIERS.find(({ subnet }) => isIn(address, subnet))
  return carrier === undefined
    ? address
    : new ipaddr.IPv4(address.toByteArray().slice(carrier.at, carrier.at + 4))
}

/** IPv4 addresses that an IPv6 address may be translated to by rules known only to its network. */
const possibly = (address: IpAddress): readonly IpAddress[] => {
  const bytes = address.toByteArray()
  if (isIn(address, TEREDO)) return [new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))]
  if (!isIn(address, LOCAL_NAT64)) return []
  return [bytes.slice(12), [...bytes.slice(6, 8), ...bytes.slice(9, 11)]].map((four) => new ipaddr.IPv4(four))
}

/**
 * Parses an address as sockets do: no octal, hexadecimal or short forms. Embedded IPv4 becomes IPv4.
 * @returns undefined if the text is not an IP address, such as a host name
 */
export const parseAddress = (text: string): IpAddress | undefined => {
  if (isIP(text) === 0) return undefined
  const address = ipaddr.parse(text.replace(/%.*$/, ''))
  return address instanceof ipaddr.IPv6 ? carried(address) : address
}

export const kindOf = (address: IpAddress): AddressKind => {
  const kind = KINDS.find((each) => RANGES[each].some((subnet) => isIn(address, subnet))) ?? 'public'
  return possibly(address).some((each) => kindOf(each) === 'link-local') ? 'link-local' : kind
}

/** Whether two addresses of one version agree in their first `bits` bits. */
export const sharesPrefix = (a: IpAddress, b: IpAddress, bits: number): boolean => isIn(a, [b, bits])

export const isSameAddress = (a: IpAddress, b: IpAddress): boolean =>
  a.kind() === b.kind() && a.toNormalizedString() === b.toNormalizedString()
