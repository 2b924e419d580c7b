export const TEE_MODES = ['auto', 'none', 'tdx', 'snp', 'sgx', 'sample'] as const
/** What the proplet takes its machine for. `sample` is test evidence, and never chosen by itself. */
export type TeeMode = (typeof TEE_MODES)[number]

/** How the Attestation Agent is reached: not at all, wherever it is found, or at one address. */
export type AgentChoice =
  | { readonly type: 'none' }
  | { readonly type: 'auto' }
  | { readonly type: 'rest'; readonly url: string }
  | { readonly type: 'grpc'; readonly address: string }
  | { readonly type: 'socket'; readonly path: string }
