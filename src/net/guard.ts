import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'

/**
 * Decides whether an address may be connected to.
 * @param host the requested name or address
 * @returns undefined if it may; otherwise why not, worded for whoever requested it
 */
export type Guard = (host: string, address: string, port: number) => string | undefined

/** A connection that a guard refused. */
export class GuardError extends Error {
  override readonly name = 'GuardError'
  readonly code = 'EDENIED'
}

/** Throws a `GuardError` if the host is an address that is refused: Node.js calls `lookup` only for names. */
export const guardLiteral = (guard: Guard, hostname: string, port: number): void => {
  const host = hostname.replace(/^\[|\]$/g, '')
  const refusal = isIP(host) === 0 ? undefined : guard(host, host, port)
  if (refusal !== undefined) throw new GuardError(refusal)
}

/**
 * Looks up names, and passes only those addresses to the connection that the guard allows. The checked addresses are the ones
 * connected to, so a name whose addresses change in between gains nothing.
 */
export const guardedLookup =
  (guard: Guard, port: number): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) {
        callback(error, '')
        return
      }
      const refusals = found.map(({ address }) => guard(hostname, address, port))
      const admitted = found.filter((_, index) => refusals[index] === undefined)
      const [first] = admitted
      if (first === undefined)
        callback(new GuardError(refusals[0] ?? `${hostname} resolves to no address`), '')
      else if (options.all === true) callback(null, admitted)
      else callback(null, first.address, first.family)
    })
  }
