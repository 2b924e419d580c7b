import type { HalGrant } from '../../hal/calls.js'

export type Capability = { readonly name: string; readonly isSupported: boolean }

export const CAPABILITY_VERSION = '1.0'

/** In the order in which guests receive them. */
export const capabilitiesOf = ({ attests, securesStorage }: HalGrant): readonly Capability[] => [
  { name: 'random', isSupported: true },
  { name: 'crypto', isSupported: true },
  { name: 'attestation', isSupported: attests },
  { name: 'secure-storage', isSupported: securesStorage },
  { name: 'gpu-compute', isSupported: false },
]

export const hasCapability = (grant: HalGrant, name: string): boolean =>
  capabilitiesOf(grant).some((each) => each.name === name && each.isSupported)
