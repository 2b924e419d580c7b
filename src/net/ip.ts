import { isIPv4, isIPv6 } from 'node:net'

/** What kind of place an address leads to. */
export type AddressKind =
  | 'public'
  /** Of a local network, or this machine. */
  | 'private'
  /** Where clouds tell machines their secrets, and what only neighbours on the wire use. */
  | 'link-local'
  /** No address of one peer: unspecified, multicast, broadcast, reserved. */
  | 'unusable'

type Bytes = readonly number[]
type Range = { readonly bytes: Bytes; readonly bits: number; readonly kind: AddressKind }

const bytesOfV4 = (text: string): Bytes => text.split('.').map(Number)

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))

const bytesOfV6 = (text: string): Bytes => {
  const plain = text.replace(/%.*$/, '')
  const dotted = /[^:]+\.[^:]+$/.exec(plain)?.[0]
  const tail = dotted === undefined ? [] : bytesOfV4(dotted)
  const [left = '', right] = (dotted === undefined ? plain : plain.slice(0, -dotted.length - 1) || ':').split(
    '::',
  )
  const toBytes = (groups: readonly string[]): Bytes =>
    groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
  const head = toBytes(groupsOf(left.replace(/:$/, '')))
  const rest = [...toBytes(groupsOf((right ?? '').replace(/^:|:$/g, ''))), ...tail]
  return [...head, ...Array<number>(Math.max(0, 16 - head.length - rest.length)).fill(0), ...rest]
}

/** 4 or 16 bytes; undefined: no IP address. */
export const bytesOfAddress = (text: string): Bytes | undefined => {
  if (isIPv4(text)) return bytesOfV4(text)
  return isIPv6(text) ? bytesOfV6(text) : undefined
}

/** Whether two addresses of one length agree in their first bits. */
export const sharesPrefix = (a: Bytes, b: Bytes, bits: number): boolean =>
  a.length === b.length &&
  a.every((byte, index) => {
    const shift = 8 - Math.min(8, Math.max(0, bits - index * 8))
    return byte >> shift === (b[index] ?? 0) >> shift
  })

const range = (kind: AddressKind, text: string): Range => {
  const [address = '', bits] = text.split('/')
  return { bytes: bytesOfAddress(address) ?? [], bits: Number(bits), kind }
}

// The IANA registries of special-purpose addresses; the first that matches counts.
const RANGES: readonly Range[] = [
  ...['169.254.0.0/16', 'fe80::/10', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::/32'].map((text) =>
    range('link-local', text),
  ),
  ...['0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8'].map((text) => range('unusable', text)),
  ...[
    ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '100.64.0.0/10', '192.0.0.0/24'],
    ...['198.18.0.0/15', '::1/128', 'fc00::/7', 'fec0::/10', '2001::/32', '64:ff9b:1::/48'],
  ].map((text) => range('private', text)),
]

/** Where IPv6 addresses carry IPv4 ones, and at which byte: mapped, compatible, NAT64, 6to4. */
const CARRIERS = [
  { ...range('public', '::ffff:0:0/96'), at: 12 },
  { ...range('public', '::/96'), at: 12 },
  { ...range('public', '64:ff9b::/96'), at: 12 },
  { ...range('public', '2002::/16'), at: 2 },
]

/** The IPv4 address that an IPv6 address leads to, if it is one of that kind; else the address itself. */
export const innermost = (bytes: Bytes): Bytes => {
  if (bytes.length !== 16 || bytes.slice(0, 15).every((byte) => byte === 0)) return bytes
  const carrier = CARRIERS.find((each) => sharesPrefix(bytes, each.bytes, each.bits))
  return carrier === undefined ? bytes : bytes.slice(carrier.at, carrier.at + 4)
}

export const kindOf = (bytes: Bytes): AddressKind =>
  RANGES.find((each) => sharesPrefix(bytes, each.bytes, each.bits))?.kind ?? 'public'
