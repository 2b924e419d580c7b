import type { TeeDetection } from '../../host/tee.js'
import type { AgentChoice, TeeMode } from '../../model/tee.js'

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
