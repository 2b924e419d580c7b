import { LinearMemory } from '../abi/linear-memory.js'
import type { SpareMemories } from '../../wasm/spare-memories.js'
import type { AsyncFunction } from '../async/function.js'
import { Scheduler } from '../async/scheduler.js'
import type { FunctionShape } from './function.js'
import { InstanceState } from '../abi/instance-state.js'
import type { ResourceState } from '../abi/resource.js'
import type { SpareStandIns, StandIns } from './stand-ins.js'

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
  readonly standIns: SpareStandIns
}

const isCoreFunction = (made: object): made is CoreFunction => typeof made === 'function'

/** One instance of a prepared component, with the instances that are inside. */
export class Instantiation {
  readonly imports: Imports
  /** Exports of core instances, and functions of ours for core modules. */
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

  /** The component has to do with WASI 0.3. */
  readonly usesAsync: boolean

  readonly #spare: SpareStandIns
  readonly #standIns: StandIns | undefined

  constructor(imports: Imports, { instances, usesAsync, standIns }: InstantiationParts) {
    this.imports = imports
    this.usesAsync = usesAsync
    this.instances = Array.from({ length: instances }, () => new InstanceState())
    this.#spare = standIns
    // What JSPI makes of functions are no functions.
    this.#standIns = usesAsync ? undefined : standIns.take()
  }

  /** A function of ours for core modules. */
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

  /** What an instance with a memory from there imports for it. */
  memoryFrom(memories: SpareMemories): WebAssembly.Imports {
    const { imports, giveBack } = memories.take()
    this.#borrowed.push(giveBack)
    return imports
  }

  /** Nothing of it runs any more, or ever will: later runs may have what it was made of. */
  release(): void {
    for (const giveBack of this.#borrowed.splice(0)) giveBack()
    if (this.#standIns === undefined || this.#isReleased) return
    this.#isReleased = true
    this.#spare.giveBack(this.#standIns)
  }

  /** The memories that can be seen from outside, in bytes. */
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
