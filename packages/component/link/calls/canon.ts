import { CallContext } from '../abi/call-context.js'
import { STRING_FORMATS } from '../abi/string-format.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import { resolveFunction, resolveMemory } from './core-item.js'
import type { CoreFunction, Instantiation } from './instantiation.js'

export function callContext(
  instantiation: Instantiation,
  { instance, strings, memory, realloc }: CanonPlan,
): CallContext {
  return new CallContext({
    instance: instantiation.instance(instance),
    resources: instantiation.resources,
    memory: instantiation.memory(memory && resolveMemory(instantiation, memory)),
    realloc: realloc && withOwnContext(instantiation, resolveFunction(instantiation, realloc)),
    strings: STRING_FORMATS[strings],
  })
}

/** A component without tasks has no context. */
const withOwnContext = (instantiation: Instantiation, realloc: CoreFunction): CoreFunction =>
  instantiation.usesAsync ? (...args) => instantiation.scheduler.isolated(() => realloc(...args)) : realloc
