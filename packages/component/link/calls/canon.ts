import { CallContext } from '../abi/call-context.js'
import { STRING_FORMATS } from '../abi/string-format.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import { resolveFunction, resolveMemory } from './core-item.js'
import type { CoreFunction, Run } from './run.js'

export function callContext(run: Run, { instance, strings, memory, realloc }: CanonPlan): CallContext {
  return new CallContext({
    instance: run.instance(instance),
    resources: run.resources,
    memory: run.memory(memory && resolveMemory(run, memory)),
    realloc: realloc && withOwnContext(run, resolveFunction(run, realloc)),
    strings: STRING_FORMATS[strings],
  })
}

/** A component without tasks has no context. */
const withOwnContext = (run: Run, realloc: CoreFunction): CoreFunction =>
  run.usesAsync ? (...args) => run.scheduler.isolated(() => realloc(...args)) : realloc
