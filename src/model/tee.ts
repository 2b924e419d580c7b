export const TEE_MODES = ['auto', 'none', 'tdx', 'snp', 'sgx', 'sample'] as const
/** The TEE to assume. `sample` is for tests and never detected. */
export type TeeMode = (typeof TEE_MODES)[number]

/** Which Attestation Agent to use: none, the one found, or the one at an address. */
export type AgentChoice =
  | { readonly type: 'none' }
  | { readonly type: 'auto' }
  | { readonly type: 'rest'; readonly url: string }
  | { readonly type: 'grpc'; readonly address: string }
  | { readonly type: 'socket'; readonly path: string }
