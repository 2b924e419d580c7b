const MAX_MODULES = 32
const MAX_BYTES = 32 * 1024 * 1024
const COSTLY_BYTES = 1024 * 1024

/** How a guest gets the module for one task. */
export type ModulePlan = {
  readonly isKept: boolean
  readonly keep: boolean
  readonly evict: readonly string[]
}

/**
 * The compiled modules that one guest keeps, least recently used first. Invariant: a digest is listed if and only if the guest
 * has the module. The guest keeps a module exactly when it reports `started` for a plan with `keep`, and drops what a plan evicts
 * before anything else.
 */
export class ModuleLedger {
  readonly #bytesOf = new Map<string, number>()
  #bytes = 0

  get size(): number {
    return this.#bytesOf.size
  }

  /** Whether another module, unless it is large, can be kept without dropping any. */
  get hasRoom(): boolean {
    return this.#bytesOf.size < MAX_MODULES && this.#bytes <= MAX_BYTES / 2
  }

  has(digest: string): boolean {
    return this.#bytesOf.has(digest)
  }

  /** Whether the guest has it, and compiling it would take longer than a guest needs to clean up. */
  isCostly(digest: string): boolean {
    return (this.#bytesOf.get(digest) ?? 0) >= COSTLY_BYTES
  }

  plan(digest: string, bytes: number): ModulePlan {
    const known = this.#bytesOf.get(digest)
    if (known !== undefined) {
      this.#bytesOf.delete(digest)
      this.#bytesOf.set(digest, known)
      return { isKept: true, keep: false, evict: [] }
    }
    if (bytes > MAX_BYTES) return { isKept: false, keep: false, evict: [] }
    return { isKept: false, keep: true, evict: this.#makeRoom(bytes) }
  }

  kept(digest: string, bytes: number): void {
    this.#bytesOf.set(digest, bytes)
    this.#bytes += bytes
  }

  #makeRoom(bytes: number): string[] {
    const evicted: string[] = []
    for (const [digest, size] of this.#bytesOf) {
      if (this.#bytesOf.size < MAX_MODULES && this.#bytes + bytes <= MAX_BYTES) break
      this.#bytesOf.delete(digest)
      this.#bytes -= size
      evicted.push(digest)
    }
    return evicted
  }
}
