import { LinearMemory } from '../abi/linear-memory.js'
import type { SpareMemories } from '../../wasm/spare-memories.js'
import type { AsyncFunction } from '../async/function.js'
import { Scheduler } from '../async/scheduler.js'
import type { FunctionShape } from './function.js'
import { InstanceState } from '../abi/instance-state.js'
import type { ResourceState } from '../abi/resource.js'
import type { SpareInstantiations } from './spare-instantiations.js'

/** A function of a component, over values as jco has them; a `result` is returned as `{ tag, val }`. */
export type ComponentFunction = (args: readonly unknown[]) => unknown
export type CoreFunction = (...args: unknown[]) => unknown

/** What is known of a component's function before a run. */
export type LinkedFunction = {
  readonly shape: FunctionShape
  /** The number of the component instance it belongs to; undefined for the host. */
  readonly instance: number | undefined
  readonly make: (instantiation: Instantiation) => ComponentFunction
  /** For a function that is async: a call of it can be begun. */
  readonly start: ((instantiation: Instantiation) => AsyncFunction) | undefined
}

/** By interface without version; functions and classes in the shape of jco's bindings. */
export type Imports = Readonly<Record<string, unknown>>

/** What is known of a run before it begins. */
export type InstantiationParts = {
  /** How many component instances there are. */
  readonly instances: number
  readonly usesAsync: boolean
  /** Of runs that have ended; undefined: none can be used again. */
  readonly spare: SpareInstantiations | undefined
  /** The core instances that are the same in each run. */
  readonly lasting: ReadonlySet<number>
}

/**
 * One instance of a prepared component, with the instances that are inside. Once it has been released a later run may have it:
 * the functions of ours for core modules stay, what they reach is of the run that is going on. So V8, which keeps the instance of
 * a module and all that its imports reach until it looks at old objects, keeps nothing of a run that has ended.
 */
export class Instantiation {
  /** Exports of core instances, and functions of ours for core modules. */
  readonly core: (WebAssembly.Exports | undefined)[] = []
  readonly hostFunctions: object[] = []
  /** What core modules import, where that is the same in each run. */
  readonly coreImports: WebAssembly.Imports[] = []
  readonly resources: (ResourceState | undefined)[] = []
  readonly #parts: InstantiationParts
  #imports: Imports
  #instances: readonly InstanceState[]
  readonly #bound = new Map<LinkedFunction, ComponentFunction>()
  readonly #functions = new Map<LinkedFunction, ComponentFunction>()
  readonly #starts = new Map<LinkedFunction, AsyncFunction>()
  readonly #forget: (() => void)[] = []
  readonly #memories = new Map<WebAssembly.Memory, LinearMemory>()
  readonly #borrowed: (() => void)[] = []
  #scheduler: Scheduler | undefined
  #isReleased = false

  constructor(imports: Imports, parts: InstantiationParts) {
    this.#imports = imports
    this.#parts = parts
    this.#instances = newStates(parts)
  }

  /** The component has to do with WASI 0.3. */
  get usesAsync(): boolean {
    return this.#parts.usesAsync
  }

  get imports(): Imports {
    return this.#imports
  }

  /** Begins another run. Returns whether what the host provides has to be provided again. */
  restart(imports: Imports): boolean {
    this.#isReleased = false
    if (imports === this.#imports) return false
    this.#imports = imports
    this.#bound.clear()
    return true
  }

  /** A core instance that is there already, and as it was made. */
  isThere(instance: number): boolean {
    return this.#parts.lasting.has(instance) && this.core[instance] !== undefined
  }

  /** Whether the exports of a core instance are the same in each run. */
  lasts(instance: number): boolean {
    return this.#parts.lasting.has(instance)
  }

  /** Called when a run is over that may not be the last: what is kept of it has to be let go. */
  onRelease(forget: () => void): void {
    if (this.#parts.spare !== undefined) this.#forget.push(forget)
  }

  provide(linked: LinkedFunction, func: ComponentFunction): void {
    this.#bound.set(linked, func)
  }

  function(linked: LinkedFunction): ComponentFunction {
    const known = this.#bound.get(linked) ?? this.#functions.get(linked)
    if (known !== undefined) return known
    const made = linked.make(this)
    this.#functions.set(linked, made)
    return made
  }

  /** Of a function that has no `start`, the call has ended when it has begun. */
  start(linked: LinkedFunction): AsyncFunction {
    const known = this.#starts.get(linked)
    if (known !== undefined) return known
    const made = linked.start === undefined ? startAtOnce(this.function(linked)) : linked.start(this)
    this.#starts.set(linked, made)
    return made
  }

  get scheduler(): Scheduler {
    return (this.#scheduler ??= new Scheduler())
  }

  stop(): void {
    this.#scheduler?.stop()
  }

  instance(index: number): InstanceState {
    const state = this.#instances[index]
    if (state === undefined) throw new Error(`there is no state of instance ${index}`)
    return state
  }

  memory(memory: WebAssembly.Memory | undefined): LinearMemory {
    if (memory === undefined) return new LinearMemory(undefined)
    const known = this.#memories.get(memory)
    if (known !== undefined) return known
    const made = new LinearMemory(memory)
    this.#memories.set(memory, made)
    return made
  }

  /** What an instance with a memory from there imports for it. */
  memoryFrom(memories: SpareMemories): WebAssembly.Imports {
    const { imports, giveBack } = memories.take()
    this.#borrowed.push(giveBack)
    return imports
  }

  /** Nothing of it runs any more, or ever will: later runs may have what it was made of. */
  release(): void {
    for (const giveBack of this.#borrowed.splice(0)) giveBack()
    const { spare } = this.#parts
    if (spare === undefined || this.#isReleased) return
    this.#isReleased = true
    this.#clear()
    spare.giveBack(this)
  }

  #clear(): void {
    for (const instance of this.core.keys()) if (!this.lasts(instance)) this.core[instance] = undefined
    this.resources.fill(undefined)
    this.#instances = newStates(this.#parts)
    this.#functions.clear()
    this.#memories.clear()
    for (const forget of this.#forget) forget()
  }

  /** The memories that can be seen from outside, in bytes. */
  memoryBytes(): readonly number[] {
    const memories = new Set(this.#memories.keys())
    for (const [instance, exports] of this.core.entries()) {
      // Those have no memories.
      if (exports === undefined || this.lasts(instance)) continue
      for (const item of Object.values(exports)) if (item instanceof WebAssembly.Memory) memories.add(item)
    }
    return [...memories].map(({ buffer }) => buffer.byteLength)
  }
}

const newStates = ({ instances }: InstantiationParts): readonly InstanceState[] =>
  Array.from({ length: instances }, () => new InstanceState())

const startAtOnce =
  (func: ComponentFunction): AsyncFunction =>
  ({ begin, resolve, exit }) => {
    resolve({ value: func(begin()) })
    exit?.()
    return { cancel: () => undefined }
  }
