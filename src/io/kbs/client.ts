import { setTimeout } from 'node:timers/promises'
import { readSealed } from './answers.js'
import { KbsError } from './errors.js'
import { createHandshake, type HandshakeOptions, type KbsSession } from './handshake.js'
import { isPassing, needsHandshake, passing, resourceRefused } from './refusals.js'
import { textOfKey, type KeyReference } from './resource-uri.js'
import { toError } from '../../model/to-error.js'

export type KbsClientOptions = HandshakeOptions & {
  /** Time limit of a request, including its handshake and retries; milliseconds. */
  readonly totalMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export type KbsClient = {
  /**
   * Fetches a resource. Rejects with a `KbsError`, or with the error of producing the evidence. The caller overwrites
   * the bytes after use.
   */
  readonly resource: (key: KeyReference, signal: AbortSignal) => Promise<Uint8Array>
  /** Attests unless there is a session; resolves with the type of TEE that the service accepted. */
  readonly attest: (signal: AbortSignal) => Promise<{ readonly tee: string }>
  /** Aborts pending requests and forgets the session. */
  readonly close: () => void
}

const BACKOFF_MS = 250
const MAX_BACKOFF_MS = 10_000

/** Rejects when the signal is aborted; the work continues for other callers. */
const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const abort = () => reject(toError(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })

const lasted = (error: KbsError, totalMs: number): KbsError =>
  new KbsError(error.reason, `${error.message}; gave up after retrying for ${totalMs / 1000} s`, {
    cause: error,
  })

/** A session that is being opened, or open. */
type Slot = { readonly made: Promise<KbsSession>; held?: KbsSession }

/**
 * A client of one Key Broker Service. Callers that need a session while one is being opened share it. It is used for as
 * long as its token lives; if the service no longer knows it, there is one new handshake. Sessions and tokens are kept in
 * memory only; resources are not kept at all.
 */
export const createKbsClient = (options: KbsClientOptions): KbsClient => {
  const { service, transport, totalMs, random, now } = options
  const shakeHands = createHandshake(options)
  const closing = new AbortController()
  let current: Slot | undefined

  /** Retries transient failures until the deadline. */
  const patiently = async <T>(deadline: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof KbsError && error.transient)) throw error
        const ceiling = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1))
        const delayMs = ceiling / 2 + (random() * ceiling) / 2
        if (now() + delayMs >= deadline) throw lasted(error, totalMs)
        await setTimeout(delayMs, undefined, { signal })
      }
    }
  }

  const begin = (): Promise<KbsSession> => {
    const slot: Slot = {
      made: patiently(now() + totalMs, closing.signal, () => shakeHands(closing.signal)),
    }
    current = slot
    slot.made.then(
      (session) => (slot.held = session),
      // A failed session is not kept; its waiting callers get the error.
      () => {
        if (current === slot) current = undefined
      },
    )
    return slot.made
  }

  const session = (): Promise<KbsSession> => {
    if (current === undefined) return begin()
    const { made, held } = current
    return held === undefined || now() < held.endsAt ? made : begin()
  }

  const ask = async (key: KeyReference, { cookie }: KbsSession, signal: AbortSignal) => {
    const query = key.query === '' ? '' : `?${key.query}`
    const answer = await transport(
      { path: `/${key.plugin}/${key.path}${query}`, headers: { cookie } },
      signal,
    )
    if (isPassing(answer)) throw passing(service, answer)
    return answer
  }

  const resource = async (key: KeyReference, given: AbortSignal): Promise<Uint8Array> => {
    const signal = AbortSignal.any([given, closing.signal])
    const deadline = now() + totalMs
    for (let renewals = 0; ; renewals += 1) {
      const held = await orAborted(session(), signal)
      const answer = await patiently(deadline, signal, () => ask(key, held, signal))
      if (answer.status === 200) return held.key.open(readSealed(answer.text))
      if (!needsHandshake(answer) || renewals > 0)
        throw resourceRefused({ service, key: textOfKey(key), tee: held.tee }, answer)
      // The first caller that learns this opens the new session.
      if (current?.held === held) current = undefined
    }
  }

  return {
    resource,
    attest: async (signal) => {
      const { tee } = await orAborted(session(), AbortSignal.any([signal, closing.signal]))
      return { tee }
    },
    close: () => {
      closing.abort(new KbsError('session', 'the proplet is being stopped'))
      current = undefined
    },
  }
}
