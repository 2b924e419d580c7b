/** A component instance, which can be entered by one call at a time. */
type Enterable = { enter(): void; exit(): void }

/** A resource type in one run. */
export type ResourceState =
  | {
      readonly from: 'guest'
      /** The instance that defines it. */
      readonly instance: Enterable
      readonly destructor: ((rep: number) => void) | undefined
    }
  /** The class of its objects; undefined to accept any object. */
  | { readonly from: 'host'; readonly class: Constructor | undefined }

export type Constructor = new (...args: never[]) => object

/** A handle to a guest's resource that is held by JavaScript. */
export class GuestResource {
  readonly resource: ResourceState
  readonly rep: number
  /** False if it is borrowed, or was given away. */
  owned: boolean

  constructor(resource: ResourceState, rep: number, owned: boolean) {
    this.resource = resource
    this.rep = rep
    this.owned = owned
  }

  /** Drops an owned handle. */
  [Symbol.dispose](): void {
    if (!this.owned) return
    this.owned = false
    destroy(this.resource, this.rep)
  }
}

/**
 * Destroys the resource of an owned handle.
 * @param from the instance that dropped it, if one did
 */
export function destroy(resource: ResourceState, rep: unknown, from?: Enterable): void {
  if (resource.from === 'host') {
    if (isDisposable(rep)) rep[Symbol.dispose]()
    return
  }
  const { destructor, instance } = resource
  if (destructor === undefined || typeof rep !== 'number') return
  if (from !== instance) instance.enter()
  destructor(rep)
  if (from !== instance) instance.exit()
}

const isDisposable = (value: unknown): value is Disposable =>
  typeof value === 'object' && value !== null && Symbol.dispose in value
