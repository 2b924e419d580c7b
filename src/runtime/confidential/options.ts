import type { TeeDetection } from '../../host/tee.js'

export const TEE_MODES = ['auto', 'none', 'tdx', 'snp', 'sgx', 'sample'] as const
/** `sample` is test evidence, and never chosen by itself. */
export type TeeMode = (typeof TEE_MODES)[number]

/** How the agent is reached: not at all, wherever it is found, or at one address. */
export type AgentChoice =
  | { readonly type: 'none' }
  | { readonly type: 'auto' }
  | { readonly type: 'rest'; readonly url: string }
  | { readonly type: 'grpc'; readonly address: string }
  | { readonly type: 'socket'; readonly path: string }

export type ConfidentialLog = {
  readonly warn: (details: object, message: string) => void
  readonly info: (details: object, message: string) => void
  readonly debug: (details: object, message: string) => void
}

export type AttesterOptions = {
  readonly mode: TeeMode
  readonly agent: AgentChoice
  /** Where /sys, /dev, /proc and /run are looked for. */
  readonly root: string
  /** Whether the log of the measured boot is sent. */
  readonly eventLog: boolean
  /** Where the agent keeps its own. */
  readonly agentLog: string
  readonly detection: TeeDetection
  readonly log: ConfidentialLog
}
