import { readRefusal, type Refusal } from './answers.js'
import { KbsError } from './errors.js'
import type { KbsAnswer } from './transport.js'

/** The service and the requested key, for errors. */
export type Asked = { readonly service: string; readonly key: string; readonly tee: string }

/** The answer comes from a proxy, or from a service that is starting: worth a retry. */
export const isPassing = ({ status }: KbsAnswer): boolean => status >= 500 || status === 429 || status === 408

export const passing = (service: string, { status }: KbsAnswer): KbsError =>
  new KbsError('unreachable', `the KBS at ${service} answered with status ${status}`, { transient: true })

const NEEDS_HANDSHAKE = new Set(['TokenNotFound', 'TokenVerifierError'])

/** Whether a handshake may help: the session has ended, or the answer is unreadable. */
export const needsHandshake = (answer: KbsAnswer): boolean => {
  if (answer.status !== 401) return false
  const refusal = readRefusal(answer.text)
  return refusal === undefined || NEEDS_HANDSHAKE.has(refusal.name)
}

const inBrackets = (refusal: Refusal): string => `(${refusal.name}: ${refusal.detail})`

/** What a refused request for a resource means. */
export const resourceRefused = ({ service, key, tee }: Asked, answer: KbsAnswer): KbsError => {
  const refusal = readRefusal(answer.text)
  if (refusal === undefined)
    return new KbsError('refused', `the KBS at ${service} answered with status ${answer.status} for ${key}`)
  const said = inBrackets(refusal)
  switch (refusal.name) {
    case 'PolicyDeny':
      return new KbsError(
        'policy',
        `the resource policy of the KBS at ${service} does not release ${key} to this machine ${said}: ` +
          `compare the policy with the claims that it derives from ${tee} evidence`,
      )
    case 'PluginInternalError':
      return new KbsError(
        'missing',
        `the KBS at ${service} has no resource ${key} ${said}: was the key uploaded?`,
      )
    case 'PluginNotFound':
    case 'InvalidRequestPath':
      return new KbsError('missing', `the KBS at ${service} does not serve ${key} ${said}`)
    case 'JweError':
      return new KbsError(
        'key-kind',
        `the KBS at ${service} cannot encrypt ${key} to the offered type of key ${said}: ` +
          "change tee_key_algorithm in the agent's configuration file",
      )
    case 'TokenNotFound':
    case 'TokenVerifierError':
      return new KbsError(
        'session',
        `the KBS at ${service} does not accept its own session for ${key} ${said}: check its clock and its log`,
      )
    default:
      return new KbsError('refused', `the KBS at ${service} refused ${key} ${said}`)
  }
}

/** What a refused step of the handshake means. */
export const handshakeRefused = (
  { service, tee }: Omit<Asked, 'key'>,
  step: '/auth' | '/attest',
  answer: KbsAnswer,
): KbsError => {
  const refusal = readRefusal(answer.text)
  const said = refusal === undefined ? `(status ${answer.status})` : inBrackets(refusal)
  if (step === '/attest' && refusal?.name === 'AttestationError')
    return new KbsError(
      'evidence-refused',
      `the KBS at ${service} refused the evidence of ${tee} ${said}: its log says why; ` +
        'check reference values, certificates and the event log',
    )
  return new KbsError('refused', `the KBS at ${service} refused ${step} for ${tee} ${said}`)
}
