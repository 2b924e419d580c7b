import { readChallenge, readRefusal, readToken, tokenLifeMs } from './answers.js'
import { bindingOf } from './binding.js'
import { KbsError } from './errors.js'
import {
  attestBody,
  authBody,
  boundOf,
  expectedVersion,
  isSpoken,
  VERSIONS,
  type Version,
} from './protocol.js'
import { handshakeRefused, isPassing, passing } from './refusals.js'
import { createTeeKey, type TeeKey, type TeeKeyAlgorithm } from './tee-key.js'
import type { KbsAnswer, KbsRequest, Transport } from './transport.js'

/** The machine, as a handshake needs it. */
export type EvidenceSource = {
  /** The type of TEE, as the protocol names it, such as `tdx`. */
  readonly tee: (signal: AbortSignal) => Promise<string>
  /** Evidence bound to these bytes, as JSON text. */
  readonly evidence: (binding: Uint8Array, signal: AbortSignal) => Promise<string>
}

export type KbsSession = {
  readonly key: TeeKey
  readonly tee: string
  readonly cookie: string
  readonly token: string
  /** Of the monotonic clock, in milliseconds. */
  readonly endsAt: number
}

export type HandshakeStep = {
  readonly step: '/auth' | 'evidence' | '/attest'
  readonly version: Version
  readonly tee: string
  readonly ms: number
}

export type HandshakeOptions = {
  /** The name of the service for errors. */
  readonly service: string
  readonly transport: Transport
  readonly source: EvidenceSource
  readonly keyAlgorithm: TeeKeyAlgorithm
  readonly onStep: (step: HandshakeStep) => void
  readonly now: () => number
}

const COOKIE = 'kbs-session-id'
/** The body that the service takes by default. */
const MAX_BODY_BYTES = 2_000_000
/** Lifetime of a session whose token states none. */
const SESSION_MS = 5 * 60_000
/** A session this close to its end is not used for another request. */
const MARGIN_MS = 5000

/** `name=value` of the session cookie, if it is set. */
const sessionCookie = (cookies: readonly string[]): string | undefined =>
  cookies
    .map((cookie) => cookie.split(';')[0]?.trim() ?? '')
    .find((pair) => pair.startsWith(`${COOKIE}=`) && /^[\x21-\x7e]{1,4096}$/.test(pair))

const wrongVersion = (service: string, expected: string, sent: string): KbsError =>
  new KbsError(
    'version',
    `the KBS at ${service} speaks version ${expected} of the protocol, this proplet ${VERSIONS.join(' and ')} ` +
      `(${sent} was tried last): use Trustee v0.12 or later`,
  )

/**
 * Attests this machine to the service: challenge, evidence, token. Uses the version that the service expects,
 * if it is one of ours.
 */
export const createHandshake = (options: HandshakeOptions) => {
  const { service, transport, source, keyAlgorithm, onStep, now } = options
  let version: Version = VERSIONS[0]

  const sent = async (request: KbsRequest, signal: AbortSignal): Promise<KbsAnswer> => {
    const answer = await transport(request, signal)
    if (isPassing(answer)) throw passing(service, answer)
    return answer
  }

  const timed = async <T>(step: HandshakeStep['step'], tee: string, work: () => Promise<T>): Promise<T> => {
    const startedAt = now()
    const done = await work()
    onStep({ step, version, tee, ms: Math.round(now() - startedAt) })
    return done
  }

  const auth = async (tee: string, signal: AbortSignal) => {
    for (let tries = 0; ; tries += 1) {
      const answer = await sent({ path: '/auth', body: authBody(version, tee) }, signal)
      if (answer.status === 200) {
        const cookie = sessionCookie(answer.cookies)
        if (cookie === undefined)
          throw new KbsError('malformed', `the KBS at ${service} did not open a session`)
        return { ...readChallenge(answer.text), cookie }
      }
      const expected = expectedVersion(readRefusal(answer.text)?.detail ?? '')
      if (expected === undefined) throw handshakeRefused({ service, tee }, '/auth', answer)
      if (!isSpoken(expected) || expected === version || tries > 0)
        throw wrongVersion(service, expected, version)
      version = expected
    }
  }

  const attest = async (body: string, cookie: string, tee: string, signal: AbortSignal): Promise<string> => {
    const size = Buffer.byteLength(body)
    if (size > MAX_BODY_BYTES)
      throw new KbsError(
        'evidence-refused',
        `the evidence has ${size} bytes, but a KBS accepts at most ${MAX_BODY_BYTES}; PROPLET_TEE_EVENTLOG=false leaves the event log out`,
      )
    const answer = await sent({ path: '/attest', body, headers: { cookie } }, signal)
    if (answer.status !== 200) throw handshakeRefused({ service, tee }, '/attest', answer)
    return readToken(answer.text)
  }

  return async (signal: AbortSignal): Promise<KbsSession> => {
    const tee = await source.tee(signal)
    // A session always returns its first token, so a new key needs a new challenge.
    const key = await createTeeKey(keyAlgorithm)
    const { nonce, hash, cookie } = await timed('/auth', tee, () => auth(tee, signal))
    const binding = bindingOf(boundOf(version, nonce, key.publicKey), hash)
    const evidence = await timed('evidence', tee, () => source.evidence(binding, signal))
    const body = attestBody(version, nonce, key.publicKey, evidence)
    const token = await timed('/attest', tee, () => attest(body, cookie, tee, signal))
    const lifeMs = Math.max(0, (tokenLifeMs(token) ?? SESSION_MS) - MARGIN_MS)
    return { key, tee, cookie, token, endsAt: now() + Math.min(lifeMs, 2 ** 31) }
  }
}
