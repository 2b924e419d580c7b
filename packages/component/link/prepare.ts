import { decodeComponent } from '../binary/decode.js'
import { checkCode } from '../check/code.js'
import { checkTypes } from '../check/check.js'
import { describe } from '../describe/describe.js'
import type { ComponentDescription } from '../describe/description.js'
import { ComponentError } from '../error.js'
import type { ScanLimits } from '../wasm/module-limits.js'
import type { Bytes, CompiledModule } from '../wasm/compile.js'
import { hasJspi } from './calls/jspi.js'
import { Builder, type Step } from './builder.js'
import type { LinkedFunction, Instantiation } from './calls/instantiation.js'
import type { HostFunction } from './calls/host-function.js'
import { linkComponent } from './link.js'
import type { Item } from './frame.js'
import { SpareInstantiations } from './calls/spare-instantiations.js'
import { Admission } from './admission.js'

export type PrepareOptions = {
  readonly limits: ScanLimits
  /** Scans and compiles a core module; fails with a `ComponentError`. */
  readonly compile: (bytes: Bytes) => CompiledModule
}

/** A component, compiled and linked as far as possible before a run. */
export type PreparedComponent = {
  readonly description: ComponentDescription
  /** The host functions that it needs. */
  readonly imports: readonly HostFunction[]
  /** Functions and instances of functions, by name as written. */
  readonly exports: ReadonlyMap<string, LinkedFunction | ReadonlyMap<string, LinkedFunction>>
  readonly steps: readonly Step[]
  /** The number of component instances in a run. */
  readonly instances: number
  /** Whether it uses WASI 0.3. */
  readonly usesAsync: boolean
  /** Instantiations of ended runs; undefined if they cannot be reused. */
  readonly spare: SpareInstantiations<Instantiation> | undefined
  /** The core instances that are the same in each run. */
  readonly lasting: ReadonlySet<number>
  /** Whether an instance can be restored to its initial state. */
  readonly isRestorable: boolean
}

/**
 * Fails with `ComponentError`, or what `compile` throws. The work is bounded by the size of the component.
 *
 * ```ts
 * const prepared = prepareComponent(bytes, { limits, compile: (core) => compileModule(core, limits) })
 * const { exports } = instantiate(prepared, {})
 * ```
 */
export function prepareComponent(bytes: Bytes, options: PrepareOptions): PreparedComponent {
  const decoded = decodeComponent(bytes)
  const description = describe(decoded)
  checkTypes(decoded)
  const { needsAsync } = description
  if (needsAsync && !hasJspi())
    throw new ComponentError(
      'unsupported',
      `the component needs WASI 0.3, which runs on Node.js 24 and newer; this is ${process.version}`,
    )
  const admission = new Admission(options.limits)
  const builder = new Builder(
    {
      compile: (start, end) => compileAt(bytes, start, end, options),
      admit: (shape) => admission.admit(shape),
    },
    needsAsync,
  )
  const { exports } = linkComponent(decoded.root, undefined, undefined, builder)
  checkCode(decoded, (start) => builder.isCompiled(start))
  return {
    description,
    exports: functionsOf(exports, builder),
    imports: builder.hostFunctions,
    steps: builder.steps,
    instances: builder.instances,
    usesAsync: needsAsync,
    // Tasks end when they like, and what JSPI makes of functions are no functions.
    spare: needsAsync ? undefined : new SpareInstantiations(),
    lasting: needsAsync ? new Set() : builder.lasting.instances,
    isRestorable: !needsAsync && !builder.runsAtStart && builder.lasting.areRestorable,
  }
}

function compileAt(bytes: Bytes, start: number, end: number, options: PrepareOptions): CompiledModule {
  try {
    return options.compile(bytes.subarray(start, end))
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error
    throw new ComponentError(
      error.code,
      `the core module at byte ${start} of the component: ${error.message}`,
      { cause: error, runsElsewhere: error.runsElsewhere },
    )
  }
}

function functionsOf(items: ReadonlyMap<string, Item>, builder: Builder): PreparedComponent['exports'] {
  const found = new Map<string, LinkedFunction | ReadonlyMap<string, LinkedFunction>>()
  for (const [name, item] of items) {
    if (item.kind === 'func') found.set(name, builder.use(item.func))
    if (item.kind !== 'instance') continue
    const inner = new Map<string, LinkedFunction>()
    for (const [member, each] of item.exports)
      if (each.kind === 'func') inner.set(member, builder.use(each.func))
    found.set(name, inner)
  }
  return found
}
