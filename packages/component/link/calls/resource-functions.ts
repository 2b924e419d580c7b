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
  const state = instantiation.instance(instance)
  const resource = instantiation.resources[slot]
  if (resource === undefined) throw new Error(`resource ${slot} was not made`)
  const { handles } = state
  switch (kind) {
    case 'resource-new':
      return (rep) => {
        state.checkLeave()
        return handles.add(
          resource,
          typeof rep === 'number' ? rep | 0 : trap('resource.new of something other than an i32'),
        )
      }
    case 'resource-rep':
      return (index) => handles.get(indexOf(index), resource).rep
    case 'resource-drop':
      return (index) => {
        state.checkLeave()
        const { rep, borrowedIn } = handles.remove(indexOf(index), resource)
        if (borrowedIn === undefined) destroy(resource, rep, state)
        else borrowedIn.borrowed -= 1
      }
  }
}

const indexOf = (value: unknown): number =>
  typeof value === 'number' ? value >>> 0 : trap('a handle that is not an i32')
