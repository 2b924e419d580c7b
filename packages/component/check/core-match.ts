import type { Limits } from '../wasm/extern-types.js'
import type { ModuleItem } from '../wasm/module-description.js'
import type { FunctionType as Signature } from '../wasm/value-types.js'

/** Why an item cannot be used in place of another; undefined if it can. */
export function coreMismatch(given: ModuleItem, wanted: ModuleItem): string | undefined {
  if (given.kind !== wanted.kind) return `expected ${nameOf(wanted)}, found ${nameOf(given)}`
  switch (wanted.kind) {
    case 'function':
    case 'tag':
      if (given.kind !== 'function' && given.kind !== 'tag') return undefined
      return isSameSignature(given.signature, wanted.signature)
        ? undefined
        : `expected: ${show(wanted.signature)}, found: ${show(given.signature)}`
    case 'table':
      if (given.kind !== 'table') return undefined
      if (given.element !== wanted.element)
        return `expected table element type ${wanted.element}, found ${given.element}`
      return isWithinLimits(given.limits, wanted.limits) ? undefined : 'mismatch in table limits'
    case 'memory':
      if (given.kind !== 'memory') return undefined
      if (given.limits.shared !== wanted.limits.shared) return 'mismatch in the shared flag for memories'
      return isWithinLimits(given.limits, wanted.limits) ? undefined : 'mismatch in memory limits'
    case 'global':
      if (given.kind !== 'global') return undefined
      if (given.mutable !== wanted.mutable) return 'global types differ in mutability'
      return given.type === wanted.type
        ? undefined
        : `expected global type ${wanted.type}, found ${given.type}`
  }
}

const nameOf = ({ kind }: ModuleItem): string => (kind === 'function' ? 'func' : kind)

/** An unknown signature matches only itself, which the engine checks. */
export const isSameSignature = (a: Signature | undefined, b: Signature | undefined): boolean =>
  a === b ||
  (a !== undefined && b !== undefined && isSameList(a.params, b.params) && isSameList(a.results, b.results))

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index])

const isWithinLimits = (given: Limits, wanted: Limits): boolean =>
  given.wide === wanted.wide &&
  given.pageBytes === wanted.pageBytes &&
  given.min >= wanted.min &&
  (wanted.max === undefined || (given.max !== undefined && given.max <= wanted.max))

export function show(signature: Signature | undefined): string {
  if (signature === undefined) return 'another type'
  const part = (name: string, types: readonly string[]) =>
    types.length === 0 ? '' : ` (${name} ${types.join(' ')})`
  return `(func${part('param', signature.params)}${part('result', signature.results)})`
}
