import { BlockList, isIP, isIPv6 } from 'node:net'

const loopback = (): BlockList => {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addAddress('::1', 'ipv6')
  list.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')
  return list
}

/** Whether only programs of this machine reach an IP address. */
export const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && loopback().check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

const nameOf = (host: string): string | undefined => {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host) ?? []
  return bracketed ?? plain?.toLowerCase()
}

/**
 * Whether a `Host` header names this machine. A page of a stranger can let a name of its own resolve to 127.0.0.1, and
 * its browser then reads from us as from that page's origin; it can't change the header, which still has the name.
 */
export const isLocalHost = (header: string): boolean => {
  const name = nameOf(header)
  return name !== undefined && (name === 'localhost' || name.endsWith('.localhost') || isLoopback(name))
}
