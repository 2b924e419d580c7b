import { LinearMemory } from '../abi/linear-memory.js'
import type { SpareMemories } from '../../wasm/spare-memories.js'
import type { AsyncFunction } from '../async/function.js'
import { Scheduler } from '../async/scheduler.js'
import type { FunctionShape } from './function.js'
import { InstanceState } from '../abi/instance-state.js'
import type { ResourceState } from '../abi/resource.js'
import type { SpareStandIns, StandIns } from './stand-ins.js'

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
  readonly standIns: SpareStandIns
}

const isCoreFunction = (made: object): made is CoreFunction => typeof made === 'function'

/** One instance of a prepared component, with all instances in it. */
export class Instantiation {
  readonly imports: Imports
  /** Exports of core instances, and core functions of the linker. */
  readonly core: WebAssembly.Exports[] = []
  readonly hostFunctions: object[] = []
  readonly resources: ResourceState[] = []
  readonly instances: readonly InstanceState[]
  readonly #functions = new Map<LinkedFunction, ComponentFunction>()
  readonly #starts = new Map<LinkedFunction, AsyncFunction>()
  readonly #memories = new Map<WebAssembly.Memory, LinearMemory>()
  readonly #borrowed: (() => void)[] = []
  #scheduler: Scheduler | undefined
  #isReleased = false

  /** Whether the component uses WASI 0.3. */
  readonly usesAsync: boolean

  readonly #spare: SpareStandIns
  readonly #standIns: StandIns | undefined

  constructor(imports: Imports, { instances, usesAsync, standIns }: InstantiationParts) {
    this.imports = imports
    this.usesAsync = usesAsync
    this.instances = Array.from({ length: instances }, () => new InstanceState())
    this.#spare = standIns
    // JSPI turns functions into objects that are not functions.
    this.#standIns = usesAsync ? undefined : standIns.take()
  }

  /** Stores a core function of the linker. */
  provideCore(index: number, made: object): void {
    this.hostFunctions[index] =
      this.#standIns === undefined || !isCoreFunction(made) ? made : this.#standIns.for(index, made)
  }

  provide(linked: LinkedFunction, func: ComponentFunction): void {
    this.#functions.set(linked, func)
  }

  function(linked: LinkedFunction): ComponentFunction {
    const known = this.#functions.get(linked)
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
    const state = this.instances[index]
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

  /** The imports that provide an instance with its memory. */
  memoryFrom(memories: SpareMemories): WebAssembly.Imports {
    const { imports, giveBack } = memories.take()
    this.#borrowed.push(giveBack)
    return imports
  }

  /** Declares that nothing of it runs any more: later runs may use its parts. */
  release(): void {
    for (const giveBack of this.#borrowed.splice(0)) giveBack()
    if (this.#standIns === undefined || this.#isReleased) return
    this.#isReleased = true
    this.#spare.giveBack(this.#standIns)
  }

  /** The sizes of the memories visible from outside, in bytes. */
  memoryBytes(): readonly number[] {
    const memories = new Set(this.#memories.keys())
    for (const exports of this.core) {
      for (const item of Object.values(exports)) if (item instanceof WebAssembly.Memory) memories.add(item)
    }
    return [...memories].map(({ buffer }) => buffer.byteLength)
  }
}

const startAtOnce =
  (func: ComponentFunction): AsyncFunction =>
  ({ begin, resolve, exit }) => {
    resolve({ value: func(begin()) })
    exit?.()
    return { cancel: () => undefined }
  }
