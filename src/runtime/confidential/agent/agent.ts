/** The Attestation Agent of Confidential Containers, however it is spoken to. */
export type Agent = {
  /** Where it listens, for messages. */
  readonly where: string
  /** The kind of machine, as Trustee names it; undefined: it does not say. */
  readonly tee: (signal: AbortSignal) => Promise<string | undefined>
  /** JSON text. */
  readonly evidence: (data: Uint8Array, signal: AbortSignal) => Promise<string>
}

/** Of one call; the agent may wait for the hardware. */
export const AGENT_TIMEOUT_MS = 50_000
export const AGENT_SERVICE = 'attestation_agent.AttestationAgentService'
export const AGENT_REST = 'http://127.0.0.1:8006'
