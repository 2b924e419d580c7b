import { builtEntry } from '../../host/package-root.js'
import { whenReady } from '../../runtime/embedded/guests/await-ready.js'
import type { Death, Guest } from '../../runtime/embedded/guests/guest.js'
import { startProcessGuest } from '../../runtime/embedded/guests/process-guest.js'
import type { GuestEnd } from '../../runtime/guest/channel/protocol.js'
import { findWrapper, likelyWrapper } from '../../runtime/embedded/guests/wrapper.js'
import { launchLimits } from './limits.js'
import type { ExecRequest } from './args.js'
import { LateNetwork } from './late-network.js'
import { bootMessage, runMessage } from './messages.js'
import { networkOf } from './network.js'

export type RunHooks = {
  readonly warning: (message: string) => void
  /** See `Program`. */
  readonly compileCache: string | undefined
}

/** The end as reported by the guest, or the death of its process. */
export type RunEnd = GuestEnd | { readonly kind: 'died'; readonly death: Death }

const ENTRY = builtEntry('guestChild')
const READY_TIMEOUT_MS = 10_000

/**
 * Runs a binary in a child process that writes directly to our standard output and error. Returns a function that kills
 * it.
 */
export function runFile(
  request: ExecRequest,
  bytes: Promise<Uint8Array>,
  hooks: RunHooks,
): { readonly ended: Promise<RunEnd>; readonly kill: () => void } {
  let kill: () => void = () => undefined
  let isKilled = false
  const start = (wrapper: readonly string[]): Promise<{ guest: Guest; failure: string | undefined }> => {
    const guest = startGuest(request, wrapper, hooks.compileCache)
    kill = () => guest.kill()
    return new Promise((resolve) => {
      whenReady(guest, READY_TIMEOUT_MS, (failure) => resolve({ guest, failure }))
    })
  }
  const ready = async () => {
    const likely = likelyWrapper()
    const first = await start(likely)
    // Usually the tools exist and support the options; finding out takes as long as starting a guest.
    return first.failure === undefined || isKilled ? first : start(await findWrapper())
  }
  const run = async (): Promise<RunEnd> => {
    const [{ guest, failure }, binary] = await Promise.all([ready(), bytes])
    if (failure !== undefined) return { kind: 'died', death: { how: failure, signal: undefined } }
    return runIn(guest, request, binary, hooks)
  }
  return {
    ended: run(),
    kill: () => {
      isKilled = true
      kill()
    },
  }
}

function startGuest(
  request: ExecRequest,
  wrapper: readonly string[],
  compileCache: string | undefined,
): Guest {
  const limits = launchLimits(request)
  const guest = startProcessGuest({
    ...limits,
    entry: ENTRY,
    wrapper,
    output: 'inherit',
    input: request.stdin ? 'inherit' : 'ignore',
    compileCache,
  })
  guest.post(bootMessage(request))
  return guest
}

/** `sent`: the beginning of the result, which the guest sent in advance. */
const whole = (end: GuestEnd, sent: readonly Uint8Array[]): GuestEnd =>
  end.kind === 'returned' && sent.length > 0
    ? { kind: 'returned', text: Buffer.concat(sent).toString() + end.text }
    : end

function runIn(guest: Guest, request: ExecRequest, bytes: Uint8Array, hooks: RunHooks): Promise<RunEnd> {
  return new Promise((resolve) => {
    const network = new LateNetwork(networkOf(request.network), {
      give: (given, body) => guest.post(given, body),
      warn: hooks.warning,
      breach: () => end(broken),
    })
    const sent: Uint8Array[] = []
    const end = (how: RunEnd) => {
      network.close()
      guest.kill()
      resolve(how)
    }
    guest.listen({
      message: (message) => {
        switch (message.type) {
          case 'warning':
            hooks.warning(message.message)
            return
          case 'result':
            sent.push(message.bytes)
            return
          case 'done':
            end(whole(message.end, sent))
            return
          case 'open':
          case 'close':
          case 'want':
          case 'body':
          case 'datagram':
          case 'associate':
          case 'finish':
          case 'abandon':
            network.message(message)
            return
          case 'started':
            return
          case 'ready':
          case 'serving':
          case 'answered':
          case 'head':
          case 'refuse':
          case 'hal':
          case 'hal-data':
          case 'active':
          case 'begun':
          case 'late':
          case 'closed':
          case 'consumed':
          case 'returned':
            end(broken)
        }
      },
      output: () => undefined,
      closed: (death) => end({ kind: 'died', death }),
    })
    guest.post(runMessage(request), bytes)
  })
}

const broken: RunEnd = {
  kind: 'died',
  death: { how: 'violated the channel protocol', signal: undefined },
}
