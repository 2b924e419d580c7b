import { jspiFlags } from '../../runtime/embedded/guests/jspi-flags.js'
import type { ExecRequest } from './args.js'

/** Where a guest runs: on the main thread of this process, or in a process of its own. */
export type Isolation = 'none' | 'process'

/**
 * How to isolate a guest if the command line does not say: not at all, unless it needs what only the start of a process can set (another
 * stack, limits, flags of V8) or a process beside it that has time for its network.
 */
export function isolationFor(request: ExecRequest): Isolation {
  const { inheritNetwork, allowIpNameLookup, http } = request.network
  const isPlain =
    !(inheritNetwork || allowIpNameLookup || http) &&
    request.memoryMaxBytes === undefined &&
    request.stackMaxBytes === undefined
  return isPlain && jspiFlags().length === 0 ? 'none' : 'process'
}
