import { builtEntry } from '../../host/package-root.js'
import type { Bytes } from '@proplet/component/wasm/compile.js'
import type { GuestEnd } from '../../runtime/guest/channel/protocol.js'
import type * as Direct from '../../runtime/guest/direct.js'
import type { ExecRequest } from './args.js'
import { bootMessage, runMessage } from './messages.js'
import { networkOf } from './network.js'

export type DirectParts = {
  readonly warning: (message: string) => void
  /** See `Program`. */
  readonly load: (path: string) => unknown
}

/** Runs a binary on this thread, which it blocks; so a signal ends it only if nothing here handles that signal. */
export async function runDirectly(
  request: ExecRequest,
  bytes: Promise<Bytes>,
  { warning, load }: DirectParts,
): Promise<GuestEnd> {
  const direct = load(builtEntry('guestDirect')) as typeof Direct
  return direct.runDirectly(
    { boot: bootMessage(request), run: runMessage(request), binary: await bytes },
    { warning, remedy: networkOf(request.network).remedy },
  )
}
