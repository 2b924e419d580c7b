import type { NetworkOptions } from '../../net/policy.js'

/** Network options with wasmtime's names. */
export type NetworkFlags = {
  /** Every address, in both directions. */
  readonly inheritNetwork: boolean
  readonly allowIpNameLookup: boolean
  readonly http: boolean
  readonly tcp: boolean
  readonly udp: boolean
}

/** Wasmtime's default: sockets can be created, but cannot connect. */
export const NO_NETWORK: NetworkFlags = {
  inheritNetwork: false,
  allowIpNameLookup: false,
  http: false,
  tcp: true,
  udp: true,
}

/**
 * `-S http` alone allows everything except link-local addresses, where clouds serve the secrets of machines; with `-S
 * inherit-network`, those are allowed, too.
 */
export function networkOf(flags: NetworkFlags): NetworkOptions {
  const { inheritNetwork, allowIpNameLookup, http, tcp, udp } = flags
  return {
    rules: [{ host: '*', port: undefined, isUnguarded: inheritNetwork }],
    uses: {
      http,
      lookup: allowIpNameLookup,
      tcp: inheritNetwork && tcp,
      udp: inheritNetwork && udp,
    },
    remedy: 'see -S http, -S inherit-network and -S allow-ip-name-lookup',
    tls: { ca: undefined, verify: true },
  }
}
