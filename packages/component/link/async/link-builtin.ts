import { unsupported, malformed } from '../../binary/error.js'
import type { AsyncBuiltin } from '../../binary/canon-ast.js'
import type { Builder } from '../builder.js'
import { useCodec } from '../codec-of.js'
import type { Frame } from '../frame.js'
import { canonPlan } from '../link-core.js'
import { findBuiltin } from './builtins.js'

const NO_OPTIONS = {
  stringEncoding: 'utf8',
  memory: undefined,
  realloc: undefined,
  postReturn: undefined,
  async: false,
  callback: undefined,
} as const

/** A built-in function of WASI 0.3. One that is not provided is `unsupported`, with its name. */
export function linkBuiltin(definition: AsyncBuiltin, frame: Frame, builder: Builder, offset: number): void {
  const make = findBuiltin(definition.name)
  if (make === undefined) throw unsupported(`the built-in function ${definition.name}`, offset)
  const { options = NO_OPTIONS, memory, result, type, slot } = definition
  if (slot !== undefined && slot > 1) throw malformed(`${definition.name} of slot ${slot}`, offset)
  const builtin = make({
    definition,
    instance: frame.instance,
    canon: canonPlan(options, frame, offset),
    memory: memory === undefined ? undefined : frame.core('core-memory', memory, offset),
    result: result === undefined ? undefined : useCodec(result, frame, offset),
    channel: (kind) => {
      const { channel } = frame.type('value', type ?? -1, offset)
      if (channel?.kind !== kind) throw malformed(`${definition.name} of what is no ${kind}`, offset)
      return channel
    },
  })
  const { params, results } = builtin
  const index = builder.newCoreFunction((run) => builtin.make(run))
  frame.pushCore('core-func', { from: 'host', index, signature: { params, results } })
}
