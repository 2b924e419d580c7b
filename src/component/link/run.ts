import { LinearMemory } from './abi/linear-memory.js'
import type { LinkedFunction } from './function.js'
import { InstanceState } from './instance-state.js'
import type { ResourceState } from './resource.js'

/** A function of a component, over values as jco has them; a `result` is returned as `{ tag, val }`. */
export type ComponentFunction = (args: readonly unknown[]) => unknown
export type CoreFunction = (...args: unknown[]) => unknown

/** By interface without version; functions and classes in the shape of jco's bindings. */
export type Imports = Readonly<Record<string, unknown>>

/** One instance of a prepared component, with the instances that are inside. */
export class Run {
  readonly imports: Imports
  /** Exports of core instances, and functions of ours for core modules. */
  readonly core: WebAssembly.Exports[] = []
  readonly hostFunctions: CoreFunction[] = []
  readonly resources: ResourceState[] = []
  readonly instances: readonly InstanceState[]
  readonly #functions = new Map<LinkedFunction, ComponentFunction>()
  readonly #memories = new Map<WebAssembly.Memory, LinearMemory>()

  constructor(imports: Imports, instances: number) {
    this.imports = imports
    this.instances = Array.from({ length: instances }, () => new InstanceState())
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

  /** The memories that can be seen from outside, in bytes. */
  memoryBytes(): readonly number[] {
    const memories = new Set(this.#memories.keys())
    for (const exports of this.core) {
      for (const item of Object.values(exports)) if (item instanceof WebAssembly.Memory) memories.add(item)
    }
    return [...memories].map(({ buffer }) => buffer.byteLength)
  }
}
