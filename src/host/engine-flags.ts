import { setFlagsFromString } from 'node:v8'
import { HEAP_FLAGS } from './heap-flags.js'
import { optimizerFlags } from './optimizer-flags.js'

/**
 * V8's flags of the daemon, none of which is set at its start: V8 refuses code that was compiled under other flags, and so the compiled
 * form that Node.js has of its own modules. To load eleven of them takes 57 ms then instead of 8, and 0.8 MB more.
 */
export class EngineFlags {
  readonly #storeCompiled: () => void
  #areSet = false
  #isForSpeed = false

  /** @param storeCompiled stores the compiled form of our code; called before the first flag is set */
  constructor(storeCompiled: () => void) {
    this.#storeCompiled = storeCompiled
  }

  /** Makes V8 prefer a small heap, from the first call on. */
  set(): void {
    if (this.#areSet) return
    this.#areSet = true
    this.#storeCompiled()
    for (const flag of HEAP_FLAGS) setFlagsFromString(flag)
  }

  /**
   * Temporarily reverses the first of `heap-flags.ts`: with dense tasks it costs a quarter of the processor time and a fifth of
   * the throughput. V8 releases the additional memory once the flag is set again. Those of `optimizer-flags.ts` are set with the
   * first dense tasks, because V8's optimising compiler is 3 MB of an idle daemon.
   */
  preferSpeed(isPreferred: boolean): void {
    if (isPreferred === this.#isForSpeed) return
    this.set()
    if (isPreferred) for (const flag of optimizerFlags()) setFlagsFromString(flag)
    this.#isForSpeed = isPreferred
    setFlagsFromString(isPreferred ? '--no-optimize-for-size' : '--optimize-for-size')
  }
}
