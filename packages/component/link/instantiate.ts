import { ComponentError } from '../error.js'
import { COMPOSE, OFFERED_ELSEWHERE } from '../remedy.js'
import { quote } from '../units.js'
import type { HostFunction } from './calls/host-function.js'
import { callAsync } from './calls/call.js'
import type { HostWork } from './async/work.js'
import { type LinkedFunction, Instantiation, type Imports } from './calls/instantiation.js'
import type { PreparedComponent } from './prepare.js'

/**
 * Values have the form of jco's bindings; a `result` is returned as `{ tag, val }`. After a trap, every call traps. Async
 * functions return a promise.
 */
export type ExportedFunction = (...args: readonly unknown[]) => unknown

export type ComponentInstance = {
  /** Functions and instances of functions, by name as written, with version. */
  readonly exports: ReadonlyMap<string, ExportedFunction | ReadonlyMap<string, ExportedFunction>>
  /** The sizes of its memories, as far as they are visible. */
  memoryBytes(): readonly number[]
  /**
   * Calls an async function, of an exported instance or exported directly. `returned` receives the result; the promise resolves
   * when the task has ended, which may be later. Undefined if there is no such function.
   */
  begin(
    instance: string | undefined,
    name: string,
    args: readonly unknown[],
    returned: (value: unknown) => void,
  ): Promise<unknown> | undefined
  /** Cancels what async functions have begun; no async function can be called afterwards. */
  stop(): void
  /**
   * Gives its parts, such as its memories, to later instances. After that it must not be called, nor its memories be read. A later
   * instance that is given the same object of imports does not look them up again.
   */
  release(): void
}

const SHOWN = 5

/**
 * Creates an instance. A missing import is a `binary` failure that names it. Throws what core modules throw when they start:
 * traps, and exceptions of imports. `work` collects what host functions begin for it.
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
  const spare = prepared.spare?.take(imports)
  const instantiation = spare ?? new Instantiation(imports, prepared)
  work?.attach(instantiation.scheduler)
  if (spare === undefined || spare.restart(imports)) provide(instantiation, prepared.imports, imports)
  if (!instantiation.isWhole) for (const step of prepared.steps) step(instantiation)
  return {
    exports: exportsOf(instantiation, prepared),
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

const exportsOf = (
  instantiation: Instantiation,
  { exports }: PreparedComponent,
): ComponentInstance['exports'] =>
  new Map(
    [...exports].map(([name, item]) => [
      name,
      'make' in item
        ? exported(instantiation, item)
        : new Map([...item].map(([member, func]) => [member, exported(instantiation, func)])),
    ]),
  )

/** Created at the first call: most functions are never called. */
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
  const runsElsewhere = missing.every((each) => each.interface.startsWith('wasi:'))
  const { text } = runsElsewhere ? OFFERED_ELSEWHERE : COMPOSE
  throw new ComponentError(
    'binary',
    `the component imports what this runtime does not provide: ${shown}${more}; ${text}`,
    { runsElsewhere },
  )
}
