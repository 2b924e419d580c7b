import { callContext } from '../calls/canon.js'
import { i32, leaving, type MakeBuiltin } from './builtin.js'
import { ErrorContext } from '../async/error-context.js'

/** Longer messages are cut off. */
const MAX_MESSAGE = 4096

const make: MakeBuiltin = ({ instance, canon }) => ({
  params: ['i32', 'i32'],
  results: ['i32'],
  make: (instantiation) => (at: unknown, length: unknown) => {
    const { handles } = leaving(instantiation, instance)
    const call = callContext(instantiation, canon)
    const message = call.strings.load(call, i32(at), i32(length))
    return handles.addEntry(new ErrorContext(message.slice(0, MAX_MESSAGE)))
  },
})

const debugMessage: MakeBuiltin = ({ instance, canon }) => ({
  params: ['i32', 'i32'],
  results: [],
  make: (instantiation) => (index: unknown, at: unknown) => {
    const { handles } = leaving(instantiation, instance)
    const context = handles.entry(i32(index), ErrorContext)
    const call = callContext(instantiation, canon)
    call.memory.check(i32(at), 8, 4)
    const { pointer, length } = call.strings.store(call, context.debugMessage)
    call.memory.view.setUint32(i32(at), pointer, true)
    call.memory.view.setUint32(i32(at) + 4, length, true)
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
