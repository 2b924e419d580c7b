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
  /** The root below which /sys, /dev, /proc and /run are read. */
  readonly root: string
  /** Whether to send the log of the measured boot. */
  readonly eventLog: boolean
  /** The path of the agent's own event log. */
  readonly agentLog: string
  readonly detection: TeeDetection
  readonly log: ConfidentialLog
}
