import type { InstanceState } from './instance-state.js'
import { trap } from './trap.js'
import type { Handle } from './handles.js'
import type { ResourceState } from './resource.js'
import { hex, type LinearMemory } from './linear-memory.js'
import type { StringFormat } from './string-format.js'

/** Maximum size of the host values of one call, as in wasmtime: small lists can refer to the same bytes many times. */
const MAX_LIFTED_BYTES = 128 * 1024 * 1024

/** Returns the address; a result that is not a number is invalid. */
export type Realloc = (at: number, size: number, align: number, newSize: number) => unknown

export type CallContextOptions = {
  readonly instance: InstanceState
  readonly resources: readonly (ResourceState | undefined)[]
  readonly memory: LinearMemory
  /** The guest's `realloc`, with a context storage of its own. */
  readonly realloc: Realloc | undefined
  readonly strings: StringFormat
}

/** The canonical options of one lifted or lowered function of an instance; such a function is not reentrant. */
export class CallContext {
  readonly instance: InstanceState
  readonly resources: readonly (ResourceState | undefined)[]
  readonly memory: LinearMemory
  readonly strings: StringFormat
  /** Borrowed handles that the callee received and has not dropped yet. */
  borrowed = 0
  readonly #realloc: Realloc | undefined
  readonly #lent: Handle[] = []
  #budget = MAX_LIFTED_BYTES

  constructor({ instance, resources, memory, realloc, strings }: CallContextOptions) {
    this.instance = instance
    this.resources = resources
    this.memory = memory
    this.strings = strings
    this.#realloc = realloc
  }

  /** Allocates guest memory for the host to write to. */
  allocate(size: number, align: number): number {
    return this.reallocate(0, 0, align, size)
  }

  /** Grows or shrinks an allocation. */
  reallocate(from: number, oldSize: number, align: number, size: number): number {
    if (this.#realloc === undefined) return trap('there is no realloc to allocate memory with')
    if (size > 0x7fffffff) return trap('a value is too large for the guest')
    this.instance.mayLeave = false
    const returned = this.#realloc(from, oldSize, align, size)
    this.instance.mayLeave = true
    const at = typeof returned === 'number' ? returned : trap('realloc returned no pointer')
    if (at % align !== 0) trap(`realloc return: result not aligned: unaligned pointer ${hex(at)}`)
    if (at + size > this.memory.bytes.length)
      trap(`realloc return: beyond end of memory: content out-of-bounds, ${size} bytes at ${hex(at)}`)
    return at
  }

  /** Counts what a guest makes the host allocate. */
  spend(bytes: number): void {
    this.#budget -= bytes
    if (this.#budget < 0) trap(`more than ${MAX_LIFTED_BYTES} bytes of values in one call`)
  }

  /** An owned handle that is lent cannot be dropped meanwhile. */
  lend(handle: Handle): void {
    handle.lends += 1
    this.#lent.push(handle)
  }

  end(): void {
    this.#budget = MAX_LIFTED_BYTES
    for (let handle = this.#lent.pop(); handle !== undefined; handle = this.#lent.pop()) handle.lends -= 1
    if (this.borrowed > 0) trap('borrow handles still remain at the end of the call')
  }
}
