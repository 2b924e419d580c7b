import type { CallContext } from './abi/call-context.js'
import type { ResourceState } from './resource.js'
import { trap } from './trap.js'

/** A guest that needs more leaks them. */
const MAX_HANDLES = 1_000_000

export type Handle = {
  readonly resource: ResourceState
  /** A number of the component that defines the resource, or an object of the host. */
  readonly rep: unknown
  /** The call that lent it; undefined: it is owned. */
  readonly borrowedIn: CallContext | undefined
  /** How often it is lent out itself. */
  lends: number
}

/** The handles of one component instance. Index 0 is never used. */
export class HandleTable {
  readonly #entries: (Handle | undefined)[] = [undefined]
  readonly #free: number[] = []

  add(resource: ResourceState, rep: unknown, borrowedIn?: CallContext): number {
    const index = this.#free.pop() ?? this.#entries.length
    if (index > MAX_HANDLES) trap(`more than ${MAX_HANDLES} handles`)
    this.#entries[index] = { resource, rep, borrowedIn, lends: 0 }
    return index
  }

  get(index: number, resource: ResourceState): Handle {
    const handle = this.#entries[index]
    if (handle === undefined) return trap(`there is no handle ${index}`)
    if (handle.resource !== resource) return trap(`handle ${index} is of another resource`)
    return handle
  }

  remove(index: number, resource: ResourceState): Handle {
    const handle = this.get(index, resource)
    if (handle.lends > 0) trap(`handle ${index} is lent out`)
    this.#entries[index] = undefined
    this.#free.push(index)
    return handle
  }
}
