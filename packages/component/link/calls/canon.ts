import { toAddress, type AddressType } from '../abi/address.js'
import { CallContext, type Realloc } from '../abi/call-context.js'
import { STRING_FORMATS } from '../abi/string-format.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import { resolveFunction, resolveMemory } from './core-item.js'
import type { CoreFunction, Run } from './run.js'

export function callContext(
  run: Run,
  { instance, strings, memory, address, realloc }: CanonPlan,
): CallContext {
  return new CallContext({
    instance: run.instance(instance),
    resources: run.resources,
    memory: run.memory(memory && resolveMemory(run, memory)),
    realloc: realloc && withOwnContext(run, REALLOCS[address](resolveFunction(run, realloc))),
    strings: STRING_FORMATS[strings],
  })
}

const REALLOCS: Readonly<Record<AddressType, (realloc: CoreFunction) => Realloc>> = {
  i32:
    (realloc) =>
    (...args) => {
      const returned = realloc(...args)
      return typeof returned === 'number' ? returned >>> 0 : undefined
    },
  i64:
    (realloc) =>
    (...args) => {
      const returned = realloc(...args.map(BigInt))
      return typeof returned === 'bigint' ? toAddress(returned) : undefined
    },
}

/** A component without tasks has no context. */
const withOwnContext = (run: Run, realloc: Realloc): Realloc =>
  run.usesAsync ? (...args) => run.scheduler.isolated(() => realloc(...args)) : realloc
