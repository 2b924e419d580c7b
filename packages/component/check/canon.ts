import type { CanonDefinition, CanonOptions } from '../binary/canon-ast.js'
import { malformed } from '../binary/error.js'
import type { FlatType, FunctionType as Signature } from '../wasm/value-types.js'
import { builtinSignature } from './builtins.js'
import { addressOf, checkOptions } from './canon-options.js'
import type { Checker } from './checker.js'
import type { Scope } from './scope.js'
import type { Func } from './types.js'
import { points } from './values.js'

const MAX_ASYNC_PARAMS = 4
const MAX_RESULTS = 1
const RESOURCE_SIGNATURES = {
  'resource-new': { params: ['i32'], results: ['i32'] },
  'resource-rep': { params: ['i32'], results: ['i32'] },
  'resource-drop': { params: ['i32'], results: [] },
} as const

export function checkCanon(
  definition: CanonDefinition,
  scope: Scope,
  checker: Checker,
  offset: number,
): void {
  switch (definition.kind) {
    case 'lift':
      scope.items.push(lift(definition, scope, checker, offset))
      break
    case 'lower':
      pushFunction(
        scope,
        lower(scope.items.at('func', definition.func, offset), definition.options, scope, checker, offset),
      )
      break
    case 'resource-new':
    case 'resource-rep':
    case 'resource-drop': {
      const { id } = scope.resource(definition.resource, offset)
      if (definition.kind !== 'resource-drop' && !scope.localIds.has(id))
        throw malformed(`type index ${definition.resource} is not a local resource`, offset)
      pushFunction(scope, RESOURCE_SIGNATURES[definition.kind])
      break
    }
    case 'async-builtin':
      pushFunction(scope, builtinSignature(definition, scope, checker, offset))
      break
  }
}

const pushFunction = (scope: Scope, signature: Signature): void =>
  scope.core.push({ kind: 'function', signature })

function lift(
  { coreFunc, options, type }: Extract<CanonDefinition, { kind: 'lift' }>,
  scope: Scope,
  { flattening }: Checker,
  offset: number,
): Func {
  const func = scope.type(type)
  if (func?.kind !== 'func') throw malformed(`type index ${type} is not a function type`, offset)
  const address = addressOf(options, scope, offset)
  const params = flattening[address].all(func.params.map((param) => param.type))
  const flat = func.result === undefined ? [] : flattening[address].of(func.result)
  const spills = !options.async && (flat === undefined || flat.length > MAX_RESULTS)
  const results = options.async ? asyncResults(options) : spills ? [address] : flat
  const listsIn = params === undefined || func.params.some((param) => points(param.type))
  checkOptions(
    options,
    {
      memory: listsIn || spills || (!options.async && func.result !== undefined && points(func.result)),
      realloc: listsIn,
      async: func.async,
      lifts: results ?? [],
    },
    scope,
    offset,
  )
  const signature = scope.coreFunc(coreFunc, offset)
  same('parameter', params ?? [address], signature.params, offset)
  same('result', results ?? [], signature.results, offset)
  return func
}

const asyncResults = ({ callback }: CanonOptions): readonly FlatType[] =>
  callback === undefined ? [] : ['i32']

function same(what: string, wanted: readonly string[], found: readonly string[], offset: number): void {
  if (wanted.length === found.length && wanted.every((type, index) => type === found[index])) return
  const list = (types: readonly string[]) => `[${types.slice(0, 20).join(', ')}]`
  throw malformed(
    `lowered ${what} types \`${list(wanted)}\` do not match ${what} types \`${list(found)}\``,
    offset,
  )
}

function lower(
  func: Func,
  options: CanonOptions,
  scope: Scope,
  { flattening }: Checker,
  offset: number,
): Signature {
  const address = addressOf(options, scope, offset)
  const flat = flattening[address].all(func.params.map((param) => param.type))
  const most = options.async ? MAX_ASYNC_PARAMS : Infinity
  const params = flat === undefined || flat.length > most ? undefined : flat
  const result = func.result === undefined ? [] : flattening[address].of(func.result)
  const spills =
    func.result !== undefined && (options.async || result === undefined || result.length > MAX_RESULTS)
  const listsOut = func.result !== undefined && points(func.result)
  checkOptions(
    options,
    {
      memory: params === undefined || spills || listsOut || func.params.some((param) => points(param.type)),
      realloc: listsOut,
      async: func.async,
      lifts: undefined,
    },
    scope,
    offset,
  )
  const given = params ?? [address]
  return {
    params: spills ? [...given, address] : given,
    results: options.async ? ['i32'] : spills ? [] : (result ?? []),
  }
}
