import { isIP } from 'node:net'
import type { Endpoint } from './port.js'

export type Family = 'ipv4' | 'ipv6'

export type IpAddress =
  | { readonly tag: 'ipv4'; readonly val: readonly number[] }
  | { readonly tag: 'ipv6'; readonly val: readonly number[] }

export type IpSocketAddress =
  | { readonly tag: 'ipv4'; readonly val: { readonly port: number; readonly address: readonly number[] } }
  | {
      readonly tag: 'ipv6'
      readonly val: {
        readonly port: number
        readonly flowInfo: number
        readonly address: readonly number[]
        readonly scopeId: number
      }
    }

const IPV6_GROUPS = 8

const textOf = (family: Family, parts: readonly number[]): string =>
  family === 'ipv4' ? parts.join('.') : parts.map((part) => part.toString(16)).join(':')

/** Parses an address as formatted by Node.js; a zone is ignored. */
function partsOf(address: string): readonly number[] {
  if (isIP(address) === 4) return address.split('.').map(Number)
  const [plain = ''] = address.split('%')
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain)
  const text = dotted === null ? plain : `${dotted[1] ?? ''}${groupOf(dotted, 2)}:${groupOf(dotted, 4)}`
  const [head = '', tail] = text.split('::')
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  if (tail === undefined) return groups(head)
  const [before, after] = [groups(head), groups(tail)]
  return [...before, ...Array<number>(IPV6_GROUPS - before.length - after.length).fill(0), ...after]
}

const groupOf = (match: RegExpExecArray, at: number): string =>
  (Number(match[at]) * 256 + Number(match[at + 1])).toString(16)

export const toIpAddress = (address: string): IpAddress => ({
  tag: isIP(address) === 4 ? 'ipv4' : 'ipv6',
  val: partsOf(address),
})

export const toEndpoint = ({ tag, val }: IpSocketAddress): Endpoint => ({
  address: textOf(tag, val.address),
  port: val.port,
})

export const toSocketAddress = ({ address, port }: Endpoint): IpSocketAddress =>
  isIP(address) === 4
    ? { tag: 'ipv4', val: { port, address: partsOf(address) } }
    : { tag: 'ipv6', val: { port, flowInfo: 0, address: partsOf(address), scopeId: 0 } }

export const anyAddress = (family: Family): Endpoint => ({
  address: family === 'ipv4' ? '0.0.0.0' : '::',
  port: 0,
})

/** Neither multicast nor broadcast, nor an IPv4-mapped IPv6 address. */
export function isUnicast({ tag, val: { address } }: IpSocketAddress): boolean {
  const [first = 0] = address
  if (tag === 'ipv4') return (first < 224 || first > 239) && !address.every((part) => part === 255)
  const isMapped = address.slice(0, 5).every((group) => group === 0) && address[5] === 0xffff
  return first < 0xff00 && !isMapped
}

export const isUnspecified = ({ address }: Endpoint): boolean => /^[0:.]*$/.test(address)
