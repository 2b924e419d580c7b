import type { ImportKind } from '../wasm/scan.js'
import type { LinkedModule } from './frame.js'

/** `instance`: the core instance that exports it; undefined for a function of ours. */
export type ImportSource = { readonly kind: ImportKind; readonly instance: number | undefined }

/**
 * Finds core instances that are the same in each run, so that they are made once: those that only call what is in their tables,
 * and those that only fill the tables of these with functions of ours. The tools that make components add one of each.
 */
export class LastingInstances {
  readonly #forwarders = new Set<number>()
  /** With the instances whose tables they fill. */
  readonly #fillers = new Map<number, readonly number[]>()
  readonly #restorable = new Set<number>()
  readonly #all = new Set<number>()

  add(instance: number, { role, globals }: LinkedModule, sources: readonly ImportSource[]): void {
    const tables = sources.flatMap(({ kind, instance: from }) =>
      kind === 'table' && from !== undefined ? [from] : [],
    )
    const isOurs = sources.every(({ kind, instance: from }) => kind !== 'function' || from === undefined)
    this.#all.add(instance)
    if (globals !== undefined) this.#restorable.add(instance)
    if (role === 'forwarder') this.#forwarders.add(instance)
    if (role === 'filler' && isOurs) this.#fillers.set(instance, tables)
    // It may write to them.
    else for (const each of tables) this.#forwarders.delete(each)
  }

  /** Whether each of them is the same in each run or can be restored to its initial state. */
  get areRestorable(): boolean {
    const { instances } = this
    return [...this.#all].every((each) => instances.has(each) || this.#restorable.has(each))
  }

  get instances(): ReadonlySet<number> {
    const fillers = [...this.#fillers].filter(([, tables]) =>
      tables.every((each) => this.#forwarders.has(each)),
    )
    return new Set([...this.#forwarders, ...fillers.map(([instance]) => instance)])
  }
}
