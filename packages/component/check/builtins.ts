import type { AsyncBuiltin, CanonOptions } from '../binary/canon-ast.js'
import { malformed } from '../binary/error.js'
import type { AddressType, FunctionType as Signature } from '../wasm/value-types.js'
import { addressOf, checkOptions } from './canon-options.js'
import type { Checker } from './checker.js'
import type { Scope } from './scope.js'
import type { Value } from './types.js'
import { points, useValue } from './values.js'

const signature = (params: number, results: number): Signature => ({
  params: Array<'i32'>(params).fill('i32'),
  results: Array<'i32'>(results).fill('i32'),
})
const NEW_PAIR: Signature = { params: [], results: ['i64'] }

/** The core types of the built-ins whose type is always the same. */
const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ['task.cancel', signature(0, 0)],
  ['subtask.cancel', signature(1, 1)],
  ['subtask.drop', signature(1, 0)],
  ['resource.drop-async', signature(1, 1)],
  ['backpressure.set', signature(1, 0)],
  ['backpressure.inc', signature(0, 0)],
  ['backpressure.dec', signature(0, 0)],
  ['stream.new', NEW_PAIR],
  ['stream.cancel-read', signature(1, 1)],
  ['stream.cancel-write', signature(1, 1)],
  ['stream.drop-readable', signature(1, 0)],
  ['stream.drop-writable', signature(1, 0)],
  ['stream.forward', signature(2, 0)],
  ['future.new', NEW_PAIR],
  ['future.cancel-read', signature(1, 1)],
  ['future.cancel-write', signature(1, 1)],
  ['future.drop-readable', signature(1, 0)],
  ['future.drop-writable', signature(1, 0)],
  ['future.forward', signature(2, 0)],
  ['error-context.drop', signature(1, 0)],
  ['waitable-set.new', signature(0, 1)],
  ['waitable-set.drop', signature(1, 0)],
  ['waitable.join', signature(2, 0)],
  ['thread.yield', signature(0, 1)],
  ['thread.index', signature(0, 1)],
  ['thread.resume-later', signature(1, 0)],
  ['thread.suspend', signature(0, 1)],
  ['thread.suspend-then-resume', signature(1, 1)],
  ['thread.yield-then-resume', signature(1, 1)],
  ['thread.suspend-then-promote', signature(1, 1)],
  ['thread.yield-then-promote', signature(1, 1)],
])

/** The core types of those that are given addresses in a memory. */
const addressed = (name: string, address: AddressType): Signature | undefined => {
  switch (name) {
    case 'stream.read':
    case 'stream.write':
      return { params: ['i32', address, address], results: [address] }
    case 'future.read':
    case 'future.write':
    case 'waitable-set.wait':
    case 'waitable-set.poll':
      return { params: ['i32', address], results: ['i32'] }
    case 'error-context.new':
      return { params: [address, address], results: ['i32'] }
    case 'error-context.debug-message':
      return { params: ['i32', address], results: [] }
    default:
      return undefined
  }
}

export function builtinSignature(
  definition: AsyncBuiltin,
  scope: Scope,
  checker: Checker,
  offset: number,
): Signature {
  const { name, type, slot, thread } = definition
  const kind = name.slice(0, name.indexOf('.'))
  const element =
    (kind === 'stream' || kind === 'future') && type !== undefined
      ? elementOf(kind, type, scope, offset)
      : undefined
  if (definition.options !== undefined)
    checkBuiltin(definition, definition.options, element, scope, checker, offset)
  if (slot !== undefined) return contextSignature(definition, slot, scope, offset)
  if (name === 'resource.drop-async' && type !== undefined) scope.resource(type, offset)
  if (thread !== undefined) return threadSignature(thread, scope, offset)
  if (name === 'task.return') return { params: returned(definition, scope, checker, offset), results: [] }
  const known = SIGNATURES.get(name) ?? addressed(name, addressIn(definition, scope, offset))
  if (known === undefined) throw malformed(`unknown built-in function ${name}`, offset)
  return known
}

function contextSignature(
  { name, slotType = 'i32' }: AsyncBuiltin,
  slot: number,
  scope: Scope,
  offset: number,
): Signature {
  if (slot > 1) throw malformed(`immediate of \`${name}\` must be 0 or 1, found ${slot}`, offset)
  scope.contextType ??= slotType
  if (slotType !== scope.contextType)
    throw malformed(
      `type ${slotType} of \`${name}\` does not match ${scope.contextType}, which others of the component have`,
      offset,
    )
  return name === 'context.get' ? { params: [], results: [slotType] } : { params: [slotType], results: [] }
}

function elementOf(kind: 'stream' | 'future', type: number, scope: Scope, offset: number): Value | undefined {
  const found = scope.type(type)
  const form = found?.kind === 'value' ? found.form : undefined
  if (form?.kind !== kind) throw malformed(`type index ${type} is not a ${kind} type`, offset)
  return form.element
}

function returned(
  { result, options }: AsyncBuiltin,
  scope: Scope,
  { flattening }: Checker,
  offset: number,
): Signature['params'] {
  if (result === undefined) return []
  const address = options === undefined ? 'i32' : addressOf(options, scope, offset)
  return flattening[address].of(useValue(result, scope, offset)) ?? [address]
}

const addressIn = ({ options, memory }: AsyncBuiltin, scope: Scope, offset: number): AddressType =>
  addressOf({ memory: options?.memory ?? memory }, scope, offset)

function checkBuiltin(
  { name, result }: AsyncBuiltin,
  options: CanonOptions,
  element: Value | undefined,
  scope: Scope,
  { flattening }: Checker,
  offset: number,
): void {
  const value = result === undefined ? undefined : useValue(result, scope, offset)
  const reads = name.endsWith('.read')
  const isMessage = name.startsWith('error-context.')
  const flat = value === undefined ? [] : flattening[addressOf(options, scope, offset)].of(value)
  const spills = value !== undefined && (points(value) || flat === undefined)
  checkOptions(
    options,
    {
      memory: isMessage || element !== undefined || spills,
      realloc: name === 'error-context.debug-message' || (reads && element !== undefined && points(element)),
      async: name !== 'task.return',
      lifts: undefined,
    },
    scope,
    offset,
  )
}

function threadSignature(
  { type, table }: NonNullable<AsyncBuiltin['thread']>,
  scope: Scope,
  offset: number,
): Signature {
  const found = scope.coreTypes[type]
  const start = found?.kind === 'func' ? found.signature : undefined
  const [argument] = start?.params ?? []
  if (start?.params.length !== 1 || start.results.length !== 0 || (argument !== 'i32' && argument !== 'i64'))
    throw malformed('start function must take a single `i32` or `i64` argument', offset)
  const { element, limits } = scope.core.at('table', table, offset)
  if (element !== 'funcref')
    throw malformed('a table of `thread.new-indirect` must be of type `funcref`', offset)
  return { params: [limits.wide ? 'i64' : 'i32', argument], results: ['i32'] }
}
