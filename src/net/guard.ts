import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { DownloadError } from '../model/download.js'
import type { Reach } from './reach.js'

/** Throws when the host is an address that may not be connected to: Node.js looks up names only. */
export const guardLiteral = (reach: Reach, url: URL): void => {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) === 0 ? undefined : reach(host, host)
  if (refusal !== undefined) throw new DownloadError(refusal)
}

/**
 * Looks names up, and gives the connection only the addresses that may be connected to: what is looked at is what is
 * connected to, so a name that changes its mind in between gains nothing.
 */
export const guardedLookup =
  (reach: Reach): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '')
        return
      }
      const refusals = found.map(({ address }) => reach(hostname, address))
      const allowed = found.filter((_, index) => refusals[index] === undefined)
      const [first] = allowed
      if (first === undefined)
        callback(new DownloadError(refusals[0] ?? `${hostname} leads to no address`), '')
      else if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
