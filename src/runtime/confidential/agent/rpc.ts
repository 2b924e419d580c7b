import { unaryCall } from '../../../net/grpc.js'
import { bytesAt, bytesField, readFields } from '../../../net/protobuf.js'
import { EvidenceError } from '../evidence/errors.js'
import { AGENT_SERVICE, AGENT_TIMEOUT_MS, type Agent } from './agent.js'
import { ttrpcCall } from './ttrpc.js'
import { messageOf } from '../../../model/message-of.js'

type Call = (method: string, payload: Uint8Array, signal: AbortSignal) => Promise<Buffer>

/** Whether the agent answered, even if only with a refusal. */
const isRefusal = (error: unknown): boolean =>
  error instanceof EvidenceError && (error.cause === undefined || hasCode(error.cause, UNIMPLEMENTED))

const UNIMPLEMENTED = 12

const hasCode = (error: unknown, code: number): boolean =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause && error.cause.code === code

const agentOf = (where: string, call: Call): Agent => ({
  where,
  // Older releases do not know this call.
  tee: async (signal) => {
    const answer = await call('GetTeeType', new Uint8Array(), signal).catch((error: unknown) => {
      if (isRefusal(error)) return undefined
      throw error
    })
    const tee = answer && bytesAt(readFields(answer), 1).toString('utf8')
    return tee === '' ? undefined : tee
  },
  evidence: async (data, signal) =>
    bytesAt(readFields(await call('GetEvidence', bytesField(1, data), signal)), 1).toString('utf8'),
})

/** The agent over ttrpc, on its socket. */
export const ttrpcAgent = (socket: string): Agent =>
  agentOf(`unix://${socket}`, (method, payload, signal) =>
    ttrpcCall({ socket, service: AGENT_SERVICE, method, payload }, signal),
  )

/** The agent over gRPC, as in guests of the Rust proplet. */
export const grpcAgent = (address: string): Agent =>
  agentOf(`grpc://${address}`, async (method, request, signal) => {
    try {
      const path = `/${AGENT_SERVICE}/${method}`
      return await unaryCall({ address, method: path, request, timeoutMs: AGENT_TIMEOUT_MS }, signal)
    } catch (error) {
      signal.throwIfAborted()
      const why = messageOf(error)
      throw new EvidenceError(`the agent cannot be used: ${why}`, { cause: error })
    }
  })
