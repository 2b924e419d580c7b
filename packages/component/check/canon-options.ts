import type { CanonOptions } from '../binary/canon-ast.js'
import { malformed } from '../binary/error.js'
import type { AddressType, FunctionType as Signature } from '../wasm/value-types.js'
import { isSameSignature, show } from './core-match.js'
import type { Scope } from './scope.js'

/** What a canonical definition requires of its options. */
export type Needs = {
  readonly memory: boolean
  readonly realloc: boolean
  /** Whether the type of the function is async. */
  readonly async: boolean
  /** Set for a lift: the results of its core function. */
  readonly lifts: readonly Signature['results'][number][] | undefined
}

const CALLBACK: Signature = { params: ['i32', 'i32', 'i32'], results: ['i32'] }

/** The address type of the memory. */
export const addressOf = (
  { memory }: Pick<CanonOptions, 'memory'>,
  scope: Scope,
  offset: number,
): AddressType =>
  memory !== undefined && scope.core.at('memory', memory, offset).limits.wide ? 'i64' : 'i32'

export function checkOptions(options: CanonOptions, needs: Needs, scope: Scope, offset: number): void {
  const { memory, realloc, postReturn, callback, async } = options
  if (realloc !== undefined) {
    const address = addressOf(options, scope, offset)
    const wanted = { params: [address, address, address, address], results: [address] }
    checkFunction('realloc', realloc, wanted, scope, offset)
    if (memory === undefined)
      throw malformed('canonical option `realloc` requires `memory` to also be specified', offset)
  }
  if (needs.memory && memory === undefined) throw malformed('canonical option `memory` is required', offset)
  if (needs.realloc && realloc === undefined)
    throw malformed('canonical option `realloc` is required', offset)
  if (async && !needs.async)
    throw malformed('the `async` canonical option requires an async function type', offset)
  if (postReturn !== undefined) {
    if (needs.lifts === undefined)
      throw malformed('canonical option `post-return` cannot be specified for lowerings', offset)
    if (async) throw malformed('canonical option `post-return` cannot be specified with `async`', offset)
    checkFunction('post-return', postReturn, { params: needs.lifts, results: [] }, scope, offset)
  }
  if (callback !== undefined) {
    if (needs.lifts === undefined)
      throw malformed('canonical option `callback` cannot be specified for lowerings', offset)
    if (!async) throw malformed('canonical option `callback` requires `async`', offset)
    checkFunction('callback', callback, CALLBACK, scope, offset)
  }
}

function checkFunction(what: string, index: number, wanted: Signature, scope: Scope, offset: number): void {
  const signature = scope.coreFunc(index, offset)
  if (!isSameSignature(signature, wanted))
    throw malformed(
      `canonical option \`${what}\` uses a core function with an incorrect signature: ` +
        `expected ${show(wanted)}, found ${show(signature)}`,
      offset,
    )
}
