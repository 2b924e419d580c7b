import { InstanceImage } from './instance-image.js'
import { LinearMemory } from '../abi/linear-memory.js'
import type { SpareMemories, SpareMemory } from '../../wasm/spare-memories.js'
import type { AsyncFunction } from '../async/function.js'
import { Scheduler } from '../async/scheduler.js'
import type { FunctionShape } from './function.js'
import { InstanceState } from '../abi/instance-state.js'
import type { ResourceState } from '../abi/resource.js'
import type { SpareInstantiations } from './spare-instantiations.js'

/** A function of a component, with values in the form of jco's bindings; a `result` is returned as `{ tag, val }`. */
export type ComponentFunction = (args: readonly unknown[]) => unknown
export type CoreFunction = (...args: unknown[]) => unknown

/** What is known of a component function before a run. */
export type LinkedFunction = {
  readonly shape: FunctionShape
  /** The number of its component instance; undefined for the host. */
  readonly instance: number | undefined
  readonly make: (instantiation: Instantiation) => ComponentFunction
  /** Begins a call; undefined unless the function is async. */
  readonly start: ((instantiation: Instantiation) => AsyncFunction) | undefined
}

/** By interface name without version; functions and classes in the form of jco's bindings. */
export type Imports = Readonly<Record<string, unknown>>

/** What is known of an instantiation before it begins. */
export type InstantiationParts = {
  /** The number of component instances. */
  readonly instances: number
  readonly usesAsync: boolean
  /** Instantiations of ended runs; undefined if they cannot be reused. */
  readonly spare: SpareInstantiations<Instantiation> | undefined
  /** The core instances that are the same in each run. */
  readonly lasting: ReadonlySet<number>
  /** Whether all others can be restored to their initial state. */
  readonly isRestorable: boolean
}

/**
 * One instance of a prepared component, with all instances in it. Once released, it serves later runs: the core functions of the
 * linker are kept, and use the state of the current run. V8 keeps a module's instance, and everything reachable from its imports,
 * until it collects the old generation, so the imports must not refer to an ended run.
 */
export class Instantiation {
  /** Exports of core instances, and core functions of the linker. */
  readonly core: (WebAssembly.Exports | undefined)[] = []
  readonly hostFunctions: object[] = []
  /** The imports of core modules, if they are the same in each run. */
  readonly coreImports: WebAssembly.Imports[] = []
  readonly resources: (ResourceState | undefined)[] = []
  readonly #parts: InstantiationParts
  #imports: Imports
  #instances: readonly InstanceState[]
  readonly #bound = new Map<LinkedFunction, ComponentFunction>()
  #functions = new Map<LinkedFunction, ComponentFunction>()
  readonly #starts = new Map<LinkedFunction, AsyncFunction>()
  readonly #forget: (() => void)[] = []
  #memories = new Map<WebAssembly.Memory, LinearMemory>()
  readonly #borrowed: (() => void)[] = []
  #scheduler: Scheduler | undefined
  #images: InstanceImage[] = []
  #isWhole = false
  #isReleased = false

  constructor(imports: Imports, parts: InstantiationParts) {
    this.#imports = imports
    this.#parts = parts
    this.#instances = newStates(parts)
  }

  /** Whether the component uses WASI 0.3. */
  get usesAsync(): boolean {
    return this.#parts.usesAsync
  }

  get imports(): Imports {
    return this.#imports
  }

  /** Whether everything was restored to the state before the first run, so that nothing has to be instantiated. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** Begins another run. Returns whether the host's functions have to be provided again. */
  restart(imports: Imports): boolean {
    this.#isReleased = false
    if (imports === this.#imports) return false
    if (this.#isWhole) this.#clear()
    this.#imports = imports
    this.#bound.clear()
    return true
  }

  /** Whether a core instance exists already, unchanged since it was created. */
  isThere(instance: number): boolean {
    return this.#parts.lasting.has(instance) && this.core[instance] !== undefined
  }

  /** Whether the exports of a core instance are the same in each run. */
  lasts(instance: number): boolean {
    return this.#parts.lasting.has(instance)
  }

  /** Registers what drops references to a run. It is called when the state of the run is discarded, for later runs to follow. */
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

  /** If the function has no `start`, the call is complete once begun. */
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

  /** Borrows the memory for an instance. */
  memoryFrom(memories: SpareMemories): SpareMemory {
    const taken = memories.take()
    this.#borrowed.push(taken.giveBack)
    return taken
  }

  /** Must be called as soon as an instance is created. `memory` and the exported `globals` are all its mutable state. */
  remember(exports: WebAssembly.Exports, globals: readonly string[], memory: WebAssembly.Memory): void {
    if (this.#parts.isRestorable) this.#images.push(new InstanceImage(exports, globals, memory))
  }

  /** Must be called only when nothing of it runs any more, because later runs may then use its parts. */
  release(): void {
    const { spare } = this.#parts
    if (spare === undefined) this.#giveMemoriesBack()
    if (spare === undefined || this.#isReleased) return
    this.#isReleased = true
    this.#isWhole = this.#restore()
    if (!this.#isWhole) this.#clear()
    spare.giveBack(this)
  }

  /** Returns false if something cannot be restored. */
  #restore(): boolean {
    // A guest that exited is still in the middle of a call.
    if (!this.#parts.isRestorable || this.#instances.some(({ isEntered }) => isEntered)) return false
    if (!this.#images.every((image) => image.restore())) return false
    for (const state of this.#instances) state.reset()
    return true
  }

  #clear(): void {
    this.#giveMemoriesBack()
    this.#isWhole = false
    this.#images = []
    for (const instance of this.core.keys()) if (!this.lasts(instance)) this.core[instance] = undefined
    this.resources.fill(undefined)
    this.#instances = newStates(this.#parts)
    // Not `clear()`: V8 links a map's old table to its next one, so old garbage would keep the entries of every run alive.
    this.#functions = new Map()
    this.#memories = new Map()
    for (const forget of this.#forget) forget()
  }

  #giveMemoriesBack(): void {
    for (const giveBack of this.#borrowed.splice(0)) giveBack()
  }

  /** The sizes of the memories visible from outside, in bytes. */
  memoryBytes(): readonly number[] {
    const memories = new Set(this.#memories.keys())
    for (const [instance, exports] of this.core.entries()) {
      // Lasting instances have no memories.
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
