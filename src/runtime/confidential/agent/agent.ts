/** The Attestation Agent of Confidential Containers, over any of its protocols. */
export type Agent = {
  /** Its address, for messages. */
  readonly where: string
  /** The type of TEE, as Trustee names it; undefined if the agent does not report it. */
  readonly tee: (signal: AbortSignal) => Promise<string | undefined>
  /** JSON text. */
  readonly evidence: (data: Uint8Array, signal: AbortSignal) => Promise<string>
}

/** Time limit of one call; the agent may wait for the hardware. */
export const AGENT_TIMEOUT_MS = 50_000
export const AGENT_SERVICE = 'attestation_agent.AttestationAgentService'
export const AGENT_REST = 'http://127.0.0.1:8006'
