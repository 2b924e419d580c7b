import { quote } from '@proplet/component/units.js'
import type { NetworkUses } from '../../../net/policy.js'
import type { NetworkRequest } from './protocol.js'

/** What each request of a guest uses of the network. */
export const USE_OF = {
  http: 'http',
  lookup: 'lookup',
  connect: 'tcp',
  bind: 'tcp',
  listen: 'tcp',
  'listen-bound': 'tcp',
  accept: 'tcp',
  datagrams: 'udp',
} as const satisfies Readonly<Record<NetworkRequest['kind'], keyof NetworkUses>>

/** The errors that wasmtime returns if the network is off. */
export const DENIALS: Readonly<Record<keyof NetworkUses, string>> = {
  http: 'HTTP-request-denied',
  lookup: 'permanent-resolver-failure',
  tcp: 'access-denied',
  udp: 'access-denied',
}

const MAX_WARNINGS = 3

/** Returns what warns of something that was refused, a few times at most; `remedy` says how to allow it. */
export function warnOfRefusals(
  warn: (message: string) => void,
  remedy = 'PROPLET_NETWORK does not allow it',
): (what: string) => void {
  let warnings = 0
  return (what) => {
    warnings += 1
    if (warnings <= MAX_WARNINGS) warn(`no access to ${quote(what, 120)}: ${remedy}`)
  }
}
