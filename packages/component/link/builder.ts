import type { Definition } from '../binary/ast.js'
import { unsupported } from '../binary/error.js'
import type { CompiledModule } from '../wasm/compile.js'
import type { ModuleShape } from '../wasm/scan.js'
import type { CoreModuleItem, LinkedModule } from './frame.js'
import type { LinkedFunction, Instantiation } from './calls/instantiation.js'
import type { HostFunction } from './calls/host-function.js'
import type { CoreSignature } from './calls/adapter.js'
import { enteringFunctions, waitingFunctions, type MakeEntering, type MakeWaiting } from './calls/jspi.js'
import { LastingInstances } from './lasting-instances.js'
import { weightOf } from './weight.js'
import { LARGER_ELSEWHERE } from '../remedy.js'

/** Linked definitions and their parts, over all instances; a component of 15 MB has a few thousand. */
const MAX_WORK = 500_000
/** Nesting of instantiations. */
const MAX_NESTING = 100
const MAX_INSTANCES = 1_000

export type LinkHooks = {
  /** Compiles a core module of the component; called once for each module that is instantiated. */
  readonly compile: (start: number, end: number) => CompiledModule
  /** Called for each core instance. */
  readonly admit: (shape: ModuleShape) => void
}

/** One step of an instantiation; steps run in order. */
export type Step = (instantiation: Instantiation) => void

/** Collects the result of linking one component. */
export class Builder {
  readonly steps: Step[] = []
  readonly usesAsync: boolean
  readonly lasting = new LastingInstances()
  /** Whether code of the component runs before its exports are called. */
  runsAtStart = false
  readonly #hooks: LinkHooks
  readonly #modules = new Map<number, LinkedModule>()
  readonly #hostFunctions = new Set<HostFunction>()
  readonly #byFunction = new Map<LinkedFunction, HostFunction>()
  readonly #waiting = new Map<string, MakeWaiting>()
  readonly #entering = new Map<string, MakeEntering>()
  /** The enclosing instance of each component instance. */
  readonly #parents: (number | undefined)[] = []
  #work = 0
  #coreInstances = 0
  #resources = 0
  #coreFunctions = 0

  /** @param usesAsync whether the component uses WASI 0.3 */
  constructor(hooks: LinkHooks, usesAsync: boolean) {
    this.usesAsync = usesAsync
    this.#hooks = hooks
  }

  get instances(): number {
    return this.#parents.length
  }

  /** The host functions that are used, not only declared. */
  get hostFunctions(): readonly HostFunction[] {
    return [...this.#hostFunctions]
  }

  spend(definition: Definition, depth: number): void {
    const { offset } = definition
    this.#work += weightOf(definition)
    if (this.#work > MAX_WORK)
      throw unsupported(
        `more than ${MAX_WORK} definitions and parts in all instances`,
        offset,
        LARGER_ELSEWHERE,
      )
    if (depth > MAX_NESTING)
      throw unsupported(`instances nested more than ${MAX_NESTING} deep`, offset, LARGER_ELSEWHERE)
  }

  /** @param parent undefined for the outermost */
  newInstance(parent: number | undefined, offset: number): number {
    this.#parents.push(parent)
    if (this.instances > MAX_INSTANCES)
      throw unsupported(`more than ${MAX_INSTANCES} instances`, offset, LARGER_ELSEWHERE)
    return this.instances - 1
  }

  /** Whether two component instances are the same, or one contains the other. */
  areNested(a: number, b: number): boolean {
    return this.#isWithin(a, b) || this.#isWithin(b, a)
  }

  #isWithin(inner: number, outer: number): boolean {
    for (let at: number | undefined = inner; at !== undefined; at = this.#parents[at])
      if (at === outer) return true
    return false
  }

  waiting(signature: CoreSignature): MakeWaiting {
    return memoized(this.#waiting, signature, waitingFunctions)
  }

  entering(signature: CoreSignature): MakeEntering {
    return memoized(this.#entering, signature, enteringFunctions)
  }

  newCoreInstance(shape: ModuleShape, offset: number): number {
    this.#coreInstances += 1
    if (this.#coreInstances > MAX_INSTANCES)
      throw unsupported(`more than ${MAX_INSTANCES} core instances`, offset, LARGER_ELSEWHERE)
    this.#hooks.admit(shape)
    return this.#coreInstances - 1
  }

  newResource(): number {
    this.#resources += 1
    return this.#resources - 1
  }

  /** Reserves a core function of the linker, which `make` creates for the first run of an instantiation. */
  newCoreFunction(make: (instantiation: Instantiation) => object): number {
    const index = this.#coreFunctions
    this.#coreFunctions += 1
    this.steps.push((instantiation) => {
      instantiation.hostFunctions[index] ??= make(instantiation)
    })
    return index
  }

  module(item: CoreModuleItem): LinkedModule {
    if (item.from === 'host') return item.module
    const { start, end } = item
    const known = this.#modules.get(start)
    if (known !== undefined) return known
    const { module, shape, memories, globals, role } = this.#hooks.compile(start, end)
    const linked: LinkedModule = { shape, moduleOf: () => module, memories, globals, role }
    this.#modules.set(start, linked)
    return linked
  }

  isCompiled(start: number): boolean {
    return this.#modules.has(start)
  }

  declare(func: HostFunction): HostFunction {
    this.#byFunction.set(func, func)
    return func
  }

  /** Marks a function as called, so that it has to be provided. */
  use(func: LinkedFunction): LinkedFunction {
    const host = this.#byFunction.get(func)
    if (host !== undefined) this.#hostFunctions.add(host)
    return func
  }
}

function memoized<T>(
  known: Map<string, T>,
  signature: CoreSignature,
  make: (signature: CoreSignature) => T,
): T {
  const key = `${signature.params.join(' ')} -> ${signature.results.join(' ')}`
  const made = known.get(key) ?? make(signature)
  known.set(key, made)
  return made
}
