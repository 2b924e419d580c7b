import * as E from 'fp-ts/lib/Either.js'
import type { PreparedComponent } from '@proplet/component/link/prepare.js'
import type { ComponentDescription, Items } from '@proplet/component/describe/description.js'
import type { FunctionType, ValueType } from '@proplet/component/types.js'
import { readArguments } from '@proplet/component/wave/arguments.js'
import { isCommandName } from './call-plan.js'
import { TaskFailure } from './failure.js'
import { quote } from '@proplet/component/units.js'

/** What to call in a component, decided before anything runs. */
export type ComponentPlan = {
  readonly kind: 'command' | 'function'
  /** The name of the exported instance; undefined if the component itself exports the function. */
  readonly instance: string | undefined
  readonly export: string
  readonly args: readonly unknown[]
  readonly result: ValueType | undefined
}

const RUN = /^wasi:cli\/run(?:@|$)/
const HANDLER = /^wasi:http\/(?:incoming-)?handler(?:@|$)/
const SHOWN = 20

type Callable = {
  readonly instance: string | undefined
  readonly name: string
  readonly type: FunctionType
}

/**
 * Whether the component is to serve HTTP. Any task of one that can does, unless its name is that of another export, in full:
 * `wasi:cli/run#run`.
 */
export const isServer = ({ kind, exports }: ComponentDescription, name: string): boolean =>
  kind === 'http' &&
  (!name.includes('#') ||
    matching(callables(exports), name).every(({ instance }) => HANDLER.test(instance ?? '')))

/**
 * `_start`, no name and rounds of federated learning run the command; other names select exported functions: `name`,
 * `instance#name`, or a name in exactly one exported instance. Without a function, or with wrong arguments: a `call`
 * failure.
 */
export function planComponent(
  { description }: Pick<PreparedComponent, 'description'>,
  name: string,
  inputs: readonly string[],
): ComponentPlan {
  const functions = callables(description.exports)
  if (name === '' || isCommandName(name)) {
    const run = functions
      .filter(({ instance, name: each }) => each === 'run' && RUN.test(instance ?? ''))
      .reduce<Callable | undefined>((best, each) => (best && isOlder(each, best) ? best : each), undefined)
    if (run !== undefined) return command(run)
  }
  const found = find(functions, name)
  if (found.name === 'run' && RUN.test(found.instance ?? '')) return command(found)
  const args = E.getOrElseW((error: Error) => {
    throw new TaskFailure('call', `${quote(label(found))}: ${error.message}`, { cause: error })
  })(readArguments(found.type.params, inputs))
  return { kind: 'function', instance: found.instance, export: found.name, args, result: found.type.result }
}

const command = ({ instance, name, type }: Callable): ComponentPlan => ({
  kind: 'command',
  instance,
  export: name,
  args: [],
  result: type.result,
})

/** The highest version of an interface is used; older ones are for older hosts. */
function isOlder(one: Callable, other: Callable): boolean {
  const [ours, others] = [versionOf(one), versionOf(other)]
  for (const [at, part] of ours.entries()) {
    const difference = part - (others[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** A release candidate counts as its release. */
const versionOf = ({ instance = '' }: Callable): readonly number[] =>
  (/@(\d+(?:\.\d+)*)/.exec(instance)?.[1] ?? '0').split('.').map(Number)

/** Functions with handles in their types can only be called by components. */
export function callables(exports: Items): readonly Callable[] {
  return [...exports].flatMap(([exported, item]): readonly Callable[] => {
    if (item.kind === 'func') return [{ instance: undefined, name: exported, type: item.type }]
    if (item.kind !== 'instance') return []
    return [...item.exports].flatMap(([name, member]) =>
      member.kind === 'func' ? [{ instance: exported, name, type: member.type }] : [],
    )
  })
}

function find(functions: readonly Callable[], name: string): Callable {
  const own = functions.find((each) => each.instance === undefined && each.name === name)
  if (own !== undefined) return own
  const matches = matching(functions, name)
  const [match] = matches
  if (
    match === undefined &&
    isCommandName(name) &&
    functions.some(({ instance }) => HANDLER.test(instance ?? ''))
  )
    throw new TaskFailure('call', 'the component is not a command but serves HTTP; run it with `serve`')
  if (match === undefined)
    throw new TaskFailure('call', `no function ${quote(name)} is exported; ${listed(functions)}`)
  if (matches.length > 1)
    throw new TaskFailure(
      'call',
      `more than one function ${quote(name)} is exported; use one of these names: ${list(matches)}`,
    )
  return match
}

function matching(functions: readonly Callable[], name: string): readonly Callable[] {
  const hash = name.lastIndexOf('#')
  if (hash === -1) return functions.filter((each) => each.name === name)
  const [wanted, func] = [name.slice(0, hash), name.slice(hash + 1)]
  return functions.filter(
    ({ instance, name: each }) =>
      each === func && (instance === wanted || withoutVersion(instance) === wanted),
  )
}

const withoutVersion = (instance: string | undefined): string | undefined => instance?.replace(/@.*$/, '')

const listed = (functions: readonly Callable[]): string =>
  functions.length === 0 ? 'the component exports no functions' : `exported functions: ${list(functions)}`

function list(functions: readonly Callable[]): string {
  const shown = functions.slice(0, SHOWN).map((each) => quote(label(each), 120))
  return `${shown.join(', ')}${functions.length > shown.length ? ', …' : ''}`
}

const label = ({
  instance,
  name,
}: {
  readonly instance: string | undefined
  readonly name: string
}): string => (instance === undefined ? name : `${instance}#${name}`)
