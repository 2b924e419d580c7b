import type { AddressType } from '../../wasm/value-types.js'
import { toAddress } from '../abi/address.js'
import { CallContext, type Realloc } from '../abi/call-context.js'
import { STRING_FORMATS } from '../abi/string-format.js'
import type { CanonPlan } from '../abi/canon-plan.js'
import { withEmpty } from '../async/thread.js'
import { resolveFunction, resolveMemory } from './core-item.js'
import type { CoreFunction, Instantiation } from './instantiation.js'

export function callContext(
  instantiation: Instantiation,
  { instance, strings, memory, address, realloc }: CanonPlan,
): CallContext {
  return new CallContext({
    instance: instantiation.instance(instance),
    resources: instantiation.resources,
    memory: instantiation.memory(memory && resolveMemory(instantiation, memory)),
    realloc:
      realloc && withOwnContext(instantiation, REALLOCS[address](resolveFunction(instantiation, realloc))),
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

/** A component without tasks has no context storage. */
const withOwnContext = (instantiation: Instantiation, realloc: Realloc): Realloc =>
  instantiation.usesAsync
    ? (...args) => withEmpty(instantiation.scheduler.storage, () => realloc(...args))
    : realloc
