import type { NetworkOptions } from '../../net/policy.js'

/** What the command line says of the network, by wasmtime's names. */
export type NetworkFlags = {
  /** Every address, to and from. */
  readonly inheritNetwork: boolean
  readonly allowIpNameLookup: boolean
  readonly http: boolean
  readonly tcp: boolean
  readonly udp: boolean
}

/** As wasmtime has it where nothing is said: sockets may be made, and reach nothing. */
export const NO_NETWORK: NetworkFlags = {
  inheritNetwork: false,
  allowIpNameLookup: false,
  http: false,
  tcp: true,
  udp: true,
}

/**
 * `-S http` alone reaches everything but link-local addresses, where clouds tell machines their secrets; with
 * `-S inherit-network` those as well.
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
