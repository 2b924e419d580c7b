import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AGENT_SOCKET, nameOfTee, TSM_REPORTS, type TeeKind } from '../../host/tee.js'
import { AGENT_REST, type Agent } from './agent/agent.js'
import { checkedEvidence } from './agent/checked.js'
import { restAgent } from './agent/rest.js'
import { grpcAgent, ttrpcAgent } from './agent/rpc.js'
import { EvidenceError } from './evidence/errors.js'
import type { Evidence } from './evidence/evidence.js'
import { gramineEvidence } from './evidence/gramine.js'
import { sampleEvidence } from './evidence/sample.js'
import { kernelEvidence } from './kernel-evidence.js'
import type { AttesterOptions } from './options.js'
import { createQueue } from './queue.js'
import { messageOf } from '../../model/message-of.js'

/** The detected or configured type of this machine. */
export type TeePlatform = {
  readonly kind: TeeKind | 'sample' | undefined
  readonly name: string
  readonly sign: string
}

export type Attester = {
  /** Undefined if this machine cannot attest. */
  readonly platform: TeePlatform | undefined
  /** The type of TEE, as Trustee names it. Rejects with an `EvidenceError`. */
  readonly tee: (signal: AbortSignal) => Promise<string>
  /** Evidence bound to up to 64 bytes, which was verified. Rejects with an `EvidenceError`. */
  readonly evidence: (data: Uint8Array, signal: AbortSignal) => Promise<Evidence>
}

/** One way to obtain evidence. */
type Source = {
  readonly tee: (signal: AbortSignal) => Promise<string>
  readonly evidence: (data: Uint8Array, signal: AbortSignal) => Promise<Evidence>
}

const platformOf = ({ mode, detection, agent }: AttesterOptions): TeePlatform | undefined => {
  if (mode === 'none') return undefined
  if (mode === 'sample') return { kind: 'sample', name: 'sample (test evidence)', sign: 'PROPLET_TEE' }
  if (mode !== 'auto') return { kind: mode, name: nameOfTee(mode), sign: 'PROPLET_TEE' }
  const { guest } = detection
  if (guest !== undefined) return { kind: guest.kind, name: nameOfTee(guest.kind), sign: guest.sign }
  const isAgentNamed = agent.type !== 'auto' && agent.type !== 'none'
  return isAgentNamed ? { kind: undefined, name: nameOfTee(undefined), sign: 'PROPLET_TEE_AGENT' } : undefined
}

const fromSample: Source = {
  tee: () => Promise.resolve('sample'),
  evidence: (data) => Promise.resolve(sampleEvidence(data)),
}

const fromGramine = ({ root }: AttesterOptions): Source => ({
  tee: () => Promise.resolve('sgx'),
  evidence: (data) => gramineEvidence(root, data),
})

/** If no sign tells the type, the first report does, by its provider. */
const fromKernel = (options: AttesterOptions, kind: TeeKind | undefined): Source => {
  let known: string | undefined = kind
  const evidence: Source['evidence'] = async (data, signal) => {
    const made = await kernelEvidence(options, data, signal)
    known = made.tee
    return made
  }
  return { tee: async (signal) => known ?? (await evidence(new Uint8Array(), signal)).tee, evidence }
}

const fromAgent = (agent: Agent, kind: TeeKind | undefined): Source => {
  const teeOf = async (signal: AbortSignal): Promise<string> => {
    const tee = (await agent.tee(signal)) ?? kind
    if (tee !== undefined) return tee
    throw new EvidenceError(
      `the agent at ${agent.where} does not report the type of this machine: set PROPLET_TEE`,
    )
  }
  return {
    tee: teeOf,
    evidence: async (data, signal) =>
      checkedEvidence(await teeOf(signal), await agent.evidence(data, signal), data, agent.where),
  }
}

const sourcesOf = (options: AttesterOptions, { kind }: TeePlatform): readonly Source[] => {
  const { agent, root } = options
  if (kind === 'sample') return [fromSample]
  switch (agent.type) {
    case 'rest':
      return [fromAgent(restAgent(agent.url), kind)]
    case 'grpc':
      return [fromAgent(grpcAgent(agent.address), kind)]
    case 'socket':
      return [fromAgent(ttrpcAgent(agent.path), kind)]
    case 'auto':
    case 'none': {
      if (kind === 'sgx' && existsSync(join(root, 'dev/attestation'))) return [fromGramine(options)]
      const isKernel = kind === 'tdx' || kind === 'snp' || existsSync(join(root, TSM_REPORTS))
      const socket = join(root, AGENT_SOCKET)
      const agents =
        agent.type === 'none'
          ? []
          : [restAgent(AGENT_REST), ...(existsSync(socket) ? [ttrpcAgent(socket)] : [])]
      return [
        ...(isKernel ? [fromKernel(options, kind)] : []),
        ...agents.map((each) => fromAgent(each, kind)),
      ]
    }
  }
}

const noSource = () =>
  new EvidenceError('Node.js cannot get a quote inside this enclave: use Gramine or the Attestation Agent')

const together = (errors: readonly unknown[]): unknown => {
  const [first] = errors
  if (errors.length < 2) return first ?? noSource()
  const texts = errors.map(messageOf)
  return new EvidenceError(texts.join('; '), { cause: first })
}

/**
 * Obtains evidence in the first way that works: from the kernel, from the agent's REST service, from its socket; or in
 * the configured way. One request runs at a time, because hardware and host handle only one. Test evidence is produced
 * only if configured.
 */
export const createAttester = (options: AttesterOptions): Attester => {
  const { log } = options
  const platform = platformOf(options)
  const sources = platform === undefined ? [] : sourcesOf(options, platform)
  const inTurn = createQueue()
  let isFirst = true

  const tell = () => {
    if (!isFirst || platform === undefined) return
    isFirst = false
    if (platform.kind === 'sample')
      log.warn({}, 'PROPLET_TEE=sample: evidence is fabricated and proves nothing; for tests only')
    else
      log.warn(
        { tee: platform.name },
        'Evidence of this TEE is untested on real hardware; see docs/confidential.md',
      )
  }

  const byFirst = async <T>(signal: AbortSignal, work: (source: Source) => Promise<T>): Promise<T> => {
    if (platform === undefined) throw new EvidenceError('no TEE platform available for attestation')
    tell()
    const errors: unknown[] = []
    for (const source of sources) {
      try {
        return await work(source)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof EvidenceError)) throw error
        errors.push(error)
      }
    }
    throw together(errors)
  }

  return {
    platform,
    tee: (signal) => inTurn(() => byFirst(signal, (source) => source.tee(signal))),
    evidence: (data, signal) => inTurn(() => byFirst(signal, (source) => source.evidence(data, signal))),
  }
}
