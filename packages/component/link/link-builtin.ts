import { unsupported, malformed } from '../binary/error.js'
import type { AsyncBuiltin } from '../binary/canon-ast.js'
import type { Builder } from './builder.js'
import { useCodec, useTypeId } from './codec-of.js'
import type { Frame } from './frame.js'
import { canonPlan } from './link-core.js'
import type { BuiltinContext } from './builtins/builtin.js'
import { findBuiltin } from './builtins/builtins.js'
import { NOT_YET } from '../remedy.js'

const NO_OPTIONS = {
  stringEncoding: 'utf8',
  memory: undefined,
  realloc: undefined,
  postReturn: undefined,
  async: false,
  callback: undefined,
} as const

/** A built-in function of WASI 0.3. A missing one is `unsupported`, with its name. */
export function linkBuiltin(definition: AsyncBuiltin, frame: Frame, builder: Builder, offset: number): void {
  const make = findBuiltin(definition.name)
  if (make === undefined) throw unsupported(`the built-in function ${definition.name}`, offset, NOT_YET)
  const { options = NO_OPTIONS, memory, result, type, slot } = definition
  if (slot !== undefined && slot > 1) throw malformed(`${definition.name} of slot ${slot}`, offset)
  const canon = canonPlan(options, frame, offset)
  const builtin = make({
    definition,
    instance: frame.instance,
    canon,
    memory: memory === undefined ? undefined : frame.core('core-memory', memory, offset),
    result: result === undefined ? undefined : useCodec(result, frame, offset, canon.address),
    resultId: result === undefined ? undefined : useTypeId(result, frame, offset),
    thread: definition.thread && threadOf(definition.thread, frame, offset),
    waiting: (signature) => builder.waiting(signature),
    channel: (kind) => {
      const { channel } = frame.type('value', type ?? -1, offset)
      if (channel?.kind !== kind)
        throw malformed(`${definition.name} of something that is not a ${kind}`, offset)
      return channel
    },
  })
  const { params, results } = builtin
  const index = builder.newCoreFunction((instantiation) => builtin.make(instantiation))
  frame.pushCore('core-func', { from: 'host', index, signature: { params, results } })
}

function threadOf(
  { type, table }: NonNullable<AsyncBuiltin['thread']>,
  frame: Frame,
  offset: number,
): BuiltinContext['thread'] {
  const found = frame.coreTypes[type]
  const [argument, ...others] = found?.kind === 'func' && found.results.length === 0 ? found.params : []
  if ((argument !== 'i32' && argument !== 'i64') || others.length > 0)
    throw malformed('a thread whose start function has a type other than (i32) -> () or (i64) -> ()', offset)
  return { argument, table: frame.core('core-table', table, offset) }
}
