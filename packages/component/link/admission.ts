import { ComponentError, notSupported } from '../error.js'
import { WASM_PAGE_BYTES, type ScanLimits } from '../wasm/module-limits.js'
import type { ModuleShape } from '../wasm/scan.js'
import { formatBytes } from '../units.js'
import { LARGER_ELSEWHERE } from '../remedy.js'

/** The engine limits the size of each, so a few are accepted. */
const MAX_MEMORIES = 8
const MAX_TABLES = 64

/** Adds up what the core instances of one component request. */
export class Admission {
  readonly #limits: ScanLimits
  #memories = 0
  #bytes = 0
  #tables = 0

  constructor(limits: ScanLimits) {
    this.#limits = limits
  }

  /** Adds an instance of a module that was accepted on its own, or fails. */
  admit({ ownMemoryPages, ownTables }: ModuleShape): void {
    this.#memories += ownMemoryPages.length
    this.#tables += ownTables
    this.#bytes += ownMemoryPages.reduce((sum, pages) => sum + pages * WASM_PAGE_BYTES, 0)
    if (this.#memories > MAX_MEMORIES)
      throw notSupported(`more than ${MAX_MEMORIES} memories in a component`, LARGER_ELSEWHERE)
    if (this.#tables > MAX_TABLES)
      throw notSupported(`more than ${MAX_TABLES} tables in a component`, LARGER_ELSEWHERE)
    const { memoryMaxBytes } = this.#limits
    if (this.#bytes > memoryMaxBytes) {
      const asked = formatBytes(this.#bytes)
      throw new ComponentError(
        'memory',
        `the component asks for ${asked} of memory, the limit is ${formatBytes(memoryMaxBytes)}`,
      )
    }
  }
}
