import { setTimeout } from 'node:timers/promises'
import { readSealed } from './answers.js'
import { KbsError } from './errors.js'
import { createHandshake, type HandshakeOptions, type KbsSession } from './handshake.js'
import { isPassing, needsHandshake, passing, resourceRefused } from './refusals.js'
import { textOfKey, type KeyReference } from './resource-uri.js'
import { toError } from '../../model/to-error.js'

export type KbsClientOptions = HandshakeOptions & {
  /** Of a whole request with its handshake and all that is tried again; milliseconds. */
  readonly totalMs: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export type KbsClient = {
  /**
   * A resource, as it is. Rejects with a `KbsError`, or with what making the evidence failed with. The caller overwrites
   * it once it is used.
   */
  readonly resource: (key: KeyReference, signal: AbortSignal) => Promise<Uint8Array>
  /** Attests now, if there is no session: resolves with the kind of machine that the service accepted. */
  readonly attest: (signal: AbortSignal) => Promise<{ readonly tee: string }>
  /** Ends what is under way, and forgets the session. */
  readonly close: () => void
}

const BACKOFF_MS = 250
const MAX_BACKOFF_MS = 10_000

/** Rejects when the signal is aborted, while the work goes on for those who still want it. */
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

/** One session: being made, or at hand. */
type Slot = { readonly made: Promise<KbsSession>; held?: KbsSession }

/**
 * A client of one Key Broker Service. Whoever needs a session while one is being made waits for that one; it is used for as
 * long as its token lives, and a service that does not know it any more gets one new handshake. Sessions and tokens are in
 * memory only, resources are not kept at all.
 */
export const createKbsClient = (options: KbsClientOptions): KbsClient => {
  const { service, transport, totalMs, random, now } = options
  const shakeHands = createHandshake(options)
  const closing = new AbortController()
  let current: Slot | undefined

  /** Tries again what may pass, for as long as the time lasts. */
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
      // One that failed is not kept; those who wait for it hear of it.
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
      // Of all who are told so, the first makes the new one.
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
