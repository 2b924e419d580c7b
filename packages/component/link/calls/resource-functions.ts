import type { CoreFunction, Instantiation } from './instantiation.js'
import { destroy } from '../abi/resource.js'
import { trap } from '../abi/trap.js'

export type ResourceFunctionPlan = {
  readonly kind: 'resource-new' | 'resource-drop' | 'resource-rep'
  readonly slot: number
  /** The number of the component instance. */
  readonly instance: number
}

/** `canon resource.new`, `resource.drop` and `resource.rep`. */
export function makeResourceFunction(
  instantiation: Instantiation,
  { kind, slot, instance }: ResourceFunctionPlan,
): CoreFunction {
  // Looked up at each call, because the function outlives a run.
  const stateOf = () => instantiation.instance(instance)
  const resourceOf = () => {
    const resource = instantiation.resources[slot]
    if (resource === undefined) throw new Error(`resource ${slot} was not made`)
    return resource
  }
  resourceOf()
  switch (kind) {
    case 'resource-new':
      return (rep) => {
        const state = stateOf()
        state.checkLeave()
        return state.handles.add(
          resourceOf(),
          typeof rep === 'number' ? rep | 0 : trap('resource.new of something other than an i32'),
        )
      }
    case 'resource-rep':
      return (index) => stateOf().handles.get(indexOf(index), resourceOf()).rep
    case 'resource-drop':
      return (index) => {
        const state = stateOf()
        const resource = resourceOf()
        state.checkLeave()
        const { rep, borrowedIn } = state.handles.remove(indexOf(index), resource)
        if (borrowedIn === undefined) destroy(resource, rep, state)
        else borrowedIn.borrowed -= 1
      }
  }
}

const indexOf = (value: unknown): number =>
  typeof value === 'number' ? value >>> 0 : trap('a handle that is not an i32')
