import { builtEntry } from '../../host/package-root.js'
import { whenReady } from '../../runtime/embedded/await-ready.js'
import type { Death, Guest } from '../../runtime/embedded/guest.js'
import { startProcessGuest } from '../../runtime/embedded/process-guest.js'
import type { GuestEnd, RunMessage } from '../../runtime/guest/protocol.js'
import { NetworkSession } from '../../runtime/embedded/network/session.js'
import { launchLimits, preopensOf } from './limits.js'
import type { ExecRequest } from './args.js'
import { networkOf } from './network.js'

export type RunHooks = { readonly warning: (message: string) => void }

/** How it went: as the guest says, or how its process ended instead. */
export type RunEnd = GuestEnd | { readonly kind: 'died'; readonly death: Death }

const ENTRY = builtEntry('guestChild')
const READY_TIMEOUT_MS = 10_000
const PROGRAM = '_start'

/**
 * Runs a binary in a child process of its own that writes to our standard output and error itself. `wrapper` is a command
 * line that ends by running the one behind it. Returns how to end it at once.
 */
export function runFile(
  request: ExecRequest,
  bytes: Uint8Array,
  wrapper: readonly string[],
  hooks: RunHooks,
): { readonly ended: Promise<RunEnd>; readonly kill: () => void } {
  const limits = launchLimits(request)
  const guest = startProcessGuest({
    ...limits,
    entry: ENTRY,
    wrapper,
    output: 'inherit',
    input: request.stdin ? 'inherit' : 'ignore',
  })
  const ended = new Promise<RunEnd>((resolve) => {
    whenReady(guest, READY_TIMEOUT_MS, (how) => {
      if (how === undefined) resolve(runIn(guest, request, bytes, hooks))
      else resolve({ kind: 'died', death: { how, signal: undefined } })
    })
  })
  guest.post({ type: 'boot', preopens: preopensOf(request), ...limits })
  return { ended, kill: () => guest.kill() }
}

function runIn(guest: Guest, request: ExecRequest, bytes: Uint8Array, hooks: RunHooks): Promise<RunEnd> {
  return new Promise((resolve) => {
    const end = (how: RunEnd) => {
      network.close()
      guest.kill()
      resolve(how)
    }
    const network = new NetworkSession(networkOf(request.network), {
      give: (given, body) => guest.post(given, body),
      warn: hooks.warning,
      breach: () =>
        end({ kind: 'died', death: { how: 'broke the rules of its channel', signal: undefined } }),
    })
    guest.listen({
      message: (message) => {
        switch (message.type) {
          case 'warning':
            hooks.warning(message.message)
            return
          case 'done':
            end(message.end)
            return
          case 'open':
          case 'close':
          case 'want':
          case 'body':
          case 'datagram':
          case 'finish':
          case 'abandon':
            network.message(message)
            return
          case 'ready':
          case 'started':
          case 'serving':
          case 'answered':
          case 'head':
          case 'refuse':
            return
        }
      },
      output: () => undefined,
      closed: (death) => end({ kind: 'died', death }),
    })
    guest.post(runMessage(request), bytes)
  })
}

const runMessage = (request: ExecRequest): RunMessage => ({
  type: 'run',
  name: request.invoke ?? PROGRAM,
  program: request.program,
  isExact: request.invoke !== undefined,
  inputs: request.args,
  cliArgs: [],
  env: request.env,
  module: { digest: 'file', from: 'body' },
  keep: false,
  evict: [],
  outputMaxBytes: null,
  console: { stdin: request.stdin },
})
