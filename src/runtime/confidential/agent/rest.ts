import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { createHttpClients } from '../../../net/http-client.js'
import { parseBoundedJson } from '../../../net/json/bounded-json.js'
import { readAnswer } from '../../../net/read-answer.js'
import { messageOf } from '../../../model/message-of.js'
import { EvidenceError } from '../evidence/errors.js'
import { AGENT_TIMEOUT_MS, type Agent } from './agent.js'

const MAX_ANSWER_BYTES = 4 * 1024 * 1024
const SHOWN = 200

const tooLarge = () => new EvidenceError(`the agent answered with more than ${MAX_ANSWER_BYTES} bytes`)

const reported = t.type({ tee: t.string })

const HINT =
  'it serves evidence only if started with --features all or attestation, and only to programs on the same machine'

/** The agent over its REST service. */
export const restAgent = (base: string): Agent => {
  const client = createHttpClients({ tls: { ca: undefined, verify: true }, connections: 0 })()
  const get = async (path: string, signal: AbortSignal): Promise<string> => {
    const timeout = AbortSignal.timeout(AGENT_TIMEOUT_MS)
    try {
      const answer = await client.send({
        url: new URL(path, base),
        guard: () => undefined,
        headers: {},
        signal: AbortSignal.any([signal, timeout]),
      })
      const text = await readAnswer(answer, MAX_ANSWER_BYTES, tooLarge)
      if (answer.statusCode === 200) return text
      const said = text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, SHOWN)
      throw new EvidenceError(`the agent at ${base} answered ${answer.statusCode ?? 0} (${said}): ${HINT}`)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof EvidenceError) throw error
      const why = timeout.aborted ? `no answer for ${AGENT_TIMEOUT_MS / 1000} s` : messageOf(error)
      throw new EvidenceError(`the agent at ${base} cannot be reached: ${why}`, { cause: error })
    }
  }
  return {
    where: base,
    tee: async (signal) => {
      const text = await get('/info', signal).catch((error: unknown) => {
        // It answered, so it is an older release without this call.
        if (error instanceof EvidenceError && error.cause === undefined) return ''
        throw error
      })
      const info = parseBoundedJson(Buffer.from(text))
      if (E.isLeft(info) || !reported.is(info.right)) return undefined
      return info.right.tee
    },
    // Releases before 0.21 ignore the encoding and attest the text itself, which `checkedEvidence` detects.
    evidence: (data, signal) =>
      get(`/aa/evidence?runtime_data=${Buffer.from(data).toString('base64url')}&encoding=base64`, signal),
  }
}
