import type { StringEncoding } from '../binary/canon-ast.js'
import { CallContext } from './abi/call-context.js'
import { STRING_FORMATS } from './abi/string-format.js'
import { resolveFunction, resolveMemory, type CoreItem } from './core-item.js'
import type { CoreFunction, Run } from './run.js'

/** The options of a canonical definition, where a run has them. */
export type CanonPlan = {
  /** The number of the component instance. */
  readonly instance: number
  readonly strings: StringEncoding
  readonly memory: CoreItem | undefined
  readonly realloc: CoreItem | undefined
  readonly postReturn: CoreItem | undefined
}

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
