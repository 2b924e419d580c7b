import { ComponentError } from '../error.js'
import { quote } from '../units.js'
import type { HostFunction } from './calls/host-function.js'
import { callAsync } from './calls/call.js'
import type { HostWork } from './async/work.js'
import { type LinkedFunction, Instantiation, type Imports } from './calls/instantiation.js'
import type { PreparedComponent } from './prepare.js'

/**
 * Takes values as jco has them; a `result` is returned as `{ tag, val }`. After a trap, every call traps. A function that is
 * async returns a promise.
 */
export type ExportedFunction = (...args: readonly unknown[]) => unknown

export type ComponentInstance = {
  /** By name as written, with version: functions, and instances by the names of their functions. */
  readonly exports: ReadonlyMap<string, ExportedFunction | ReadonlyMap<string, ExportedFunction>>
  /** The sizes of its memories, as far as they can be seen. */
  memoryBytes(): readonly number[]
  /**
   * Calls an async function of an exported instance, or one that is exported by itself. `returned` is told the result; the
   * promise resolves when its task has ended, which may be later. Undefined: there is no such function.
   */
  begin(
    instance: string | undefined,
    name: string,
    args: readonly unknown[],
    returned: (value: unknown) => void,
  ): Promise<unknown> | undefined
  /** Ends what async functions have begun and left; no async function can be called any more. */
  stop(): void
  /** Lets later instances have what it was made of, its memories for one. After that nothing of it may be called, nor its memories be looked at. */
  release(): void
}

const SHOWN = 5

/**
 * A fresh instance. What is imported and not provided is a `binary` failure that names it. Throws what core modules do when
 * they start: traps, and what imports throw. `work` is what functions of the host begin for it.
 *
 * ```ts
 * const { exports } = instantiate(prepared, {
 *   'local:demo/clock': { now: () => 1_700_000_000n },
 * })
 * const add = exports.get('add')
 * if (typeof add === 'function') console.log(add(1, 2))
 * ```
 */
export function instantiate(
  prepared: PreparedComponent,
  imports: Imports,
  work?: HostWork,
): ComponentInstance {
  const instantiation = new Instantiation(imports, prepared)
  work?.attach(instantiation.scheduler)
  provide(instantiation, prepared.imports, imports)
  for (const step of prepared.steps) step(instantiation)
  const exports = new Map(
    [...prepared.exports].map(([name, item]) => [
      name,
      'make' in item
        ? exported(instantiation, item)
        : new Map([...item].map(([member, func]) => [member, exported(instantiation, func)])),
    ]),
  )
  return {
    exports,
    memoryBytes: () => instantiation.memoryBytes(),
    begin: (instance, name, args, returned) => {
      const within = instance === undefined ? prepared.exports : prepared.exports.get(instance)
      const func = within === undefined || 'make' in within ? undefined : within.get(name)
      if (func === undefined || !('make' in func) || func.start === undefined) return undefined
      return callAsync(instantiation, func, args, returned)
    },
    stop: () => instantiation.stop(),
    release: () => instantiation.release(),
  }
}

/** The function is made when it is called first: most are not. */
const exported = (instantiation: Instantiation, func: LinkedFunction): ExportedFunction =>
  func.start === undefined
    ? (...args) => instantiation.function(func)(args)
    : (...args) => callAsync(instantiation, func, args)

function provide(instantiation: Instantiation, wanted: readonly HostFunction[], imports: Imports): void {
  const missing: HostFunction[] = []
  for (const each of wanted) {
    const bound = each.bind(imports)
    if (bound === undefined) missing.push(each)
    else instantiation.provide(each, bound)
  }
  if (missing.length === 0) return
  const shown = missing
    .slice(0, SHOWN)
    .map((each) => quote(each.name === '' ? each.interface : `${each.interface}#${each.name}`, 120))
    .join(', ')
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : ''
  throw new ComponentError(
    'binary',
    `the component imports what this runtime does not provide: ${shown}${more}`,
  )
}
