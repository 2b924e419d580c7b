import { BlockList, isIP, isIPv6 } from 'node:net'

const loopback = (): BlockList => {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addAddress('::1', 'ipv6')
  list.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')
  return list
}

/** Whether an IP address can be reached only by programs on this machine. */
export const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && loopback().check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

const nameOf = (host: string): string | undefined => {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(host) ?? []
  return bracketed ?? plain?.toLowerCase()
}

/**
 * Whether a `Host` header names this machine. A foreign page can let its own name resolve to 127.0.0.1; the browser then reads
 * from this server with the origin of that page. It cannot change the header, which still contains the name.
 */
export const isLocalHost = (header: string): boolean => {
  const name = nameOf(header)
  return name !== undefined && (name === 'localhost' || name.endsWith('.localhost') || isLoopback(name))
}
