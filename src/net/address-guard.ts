import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { allowsAddress } from './policy.js'

const isAllowed = (address: string): boolean => allowsAddress([], address, 0)

const denied = (host: string) =>
  Object.assign(new Error(`${host} is a link-local address, which a task may not name`), { code: 'EDENIED' })

/** Why the host, as a URL has it, is not to be asked; undefined: it may be. Names are looked at when they are looked up. */
export const deniedHost = (hostname: string): Error | undefined => {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(host) !== 0 && !isAllowed(host) ? denied(host) : undefined
}

/** Leaves out the addresses where clouds tell machines their secrets. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error !== null) {
      callback(error, '')
      return
    }
    const allowed = found.filter(({ address }) => isAllowed(address))
    const [first] = allowed
    if (first === undefined) callback(denied(hostname), '')
    else if (options.all === true) callback(null, allowed)
    else callback(null, first.address, first.family)
  })
}
