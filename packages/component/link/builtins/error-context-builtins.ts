import { callContext } from '../calls/canon.js'
import { address, i32, leaving, type MakeBuiltin } from './builtin.js'
import { RANGE_FORMS } from '../abi/address.js'
import { ErrorContext } from '../async/error-context.js'

/** Longer messages are cut off. */
const MAX_MESSAGE = 4096

const make: MakeBuiltin = ({ instance, canon }) => ({
  params: [canon.address, canon.address],
  results: ['i32'],
  make: (instantiation) => (at: unknown, length: unknown) => {
    const { handles } = leaving(instantiation, instance)
    const call = callContext(instantiation, canon)
    const message = call.strings.load(call, address(at), address(length))
    return handles.addEntry(new ErrorContext(message.slice(0, MAX_MESSAGE)))
  },
})

const debugMessage: MakeBuiltin = ({ instance, canon }) => ({
  params: ['i32', canon.address],
  results: [],
  make: (instantiation) => (index: unknown, at: unknown) => {
    const { handles } = leaving(instantiation, instance)
    const context = handles.entry(i32(index), ErrorContext)
    const call = callContext(instantiation, canon)
    const form = RANGE_FORMS[canon.address]
    const to = address(at)
    call.memory.check(to, 2 * form.bytes, form.bytes)
    form.store(call.memory.view, to, call.strings.store(call, context.debugMessage))
  },
})

const drop: MakeBuiltin = ({ instance }) => ({
  params: ['i32'],
  results: [],
  make: (instantiation) => (index: unknown) => {
    const { handles } = leaving(instantiation, instance)
    handles.entry(i32(index), ErrorContext)
    handles.removeEntry(i32(index))
  },
})

export const errorContextBuiltins: readonly (readonly [string, MakeBuiltin])[] = [
  ['error-context.new', make],
  ['error-context.debug-message', debugMessage],
  ['error-context.drop', drop],
]
