import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { isErrorWithCode, messageOf, outcomeOfError } from './errors.js'
import { failed, passed, refused, type Outcome, type Result } from '../outcome.js'
import { invoke, prepare, resultOf, start } from './instance.js'
import { validateComponent } from '@proplet/component/check/check.js'
import type { ComponentInstance } from '@proplet/component/link/instantiate.js'
import { isForRuntime, type Command, type Script } from './script.js'
import { isSameTrap } from './trap-class.js'
import { argumentOf, isExpected } from './values.js'

type State = {
  readonly folder: string
  readonly definitions: Map<string, Uint8Array<ArrayBuffer>>
  /** The instance that actions apply to, or why there is none. */
  current: ComponentInstance | Outcome
}

/** Runs the commands of a script in order, and yields the outcome of each. */
export async function* runScript(
  { commands }: Script,
  folder: string,
): AsyncGenerator<Result, undefined, undefined> {
  const state: State = {
    folder,
    definitions: new Map(),
    current: failed('there is no component yet'),
  }
  for (const command of commands.filter(isForRuntime))
    yield { name: `${command.line} ${command.type}`, outcome: await run(command, state) }
}

async function run(command: Command, state: State): Promise<Outcome> {
  switch (command.type) {
    case 'module':
      return instantiateIn(state, () => read(state, command.filename))
    case 'module_definition':
      return define(command, state)
    case 'module_instance':
      return instantiateIn(state, () => {
        const bytes = state.definitions.get(command.module ?? '')
        if (bytes === undefined) throw new Error(`there is no definition ${command.module ?? ''}`)
        return bytes
      })
    case 'assert_invalid':
    case 'assert_malformed':
      return refuses(() => validateComponent(read(state, command.filename)))
    case 'assert_unlinkable':
      return refuses(() => start(prepare(read(state, command.filename))))
    case 'assert_uninstantiable':
      return traps(command.text, () => start(prepare(read(state, command.filename))))
    case 'action':
    case 'assert_return':
      return returns(command, state)
    case 'assert_trap': {
      const { current } = state
      if ('kind' in current) return current
      return traps(command.text, () => call(current, command.action))
    }
  }
}

const read = ({ folder }: State, name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(folder, name)))

function instantiateIn(state: State, bytes: () => Uint8Array<ArrayBuffer>): Outcome {
  try {
    state.current = start(prepare(bytes()))
    return passed
  } catch (error) {
    return (state.current = outcomeOfError(error))
  }
}

function define({ name, filename }: Extract<Command, { type: 'module_definition' }>, state: State): Outcome {
  const bytes = read(state, filename)
  state.definitions.set(name ?? '', bytes)
  try {
    validateComponent(bytes)
    return passed
  } catch (error) {
    return outcomeOfError(error)
  }
}

/** An invalid component must be refused as invalid, not as unsupported. */
function refuses(load: () => unknown): Outcome {
  try {
    load()
  } catch (error) {
    if (isErrorWithCode(error, 'binary')) return passed
    return outcomeOfError(error)
  }
  return failed('it was accepted')
}

async function traps(text: string, act: () => unknown): Promise<Outcome> {
  try {
    await act()
  } catch (error) {
    if (isErrorWithCode(error, 'unsupported')) return outcomeOfError(error)
    const message = messageOf(error)
    if (!(error instanceof WebAssembly.RuntimeError)) return failed(`no trap but ${message}`)
    return isSameTrap(text, error.message) ? passed : failed(`the trap was: ${message}`)
  }
  return failed('it returned')
}

async function returns(
  command: Extract<Command, { type: 'action' | 'assert_return' }>,
  { current }: State,
): Promise<Outcome> {
  if ('kind' in current)
    return current.kind === 'refused' ? refused(current.reason) : failed('its component could not be made')
  try {
    const { field, args } = command.action
    const actual = await resultOf(current, field, args.map(argumentOf))
    if (command.type === 'action' || isExpected(command.expected, actual)) return passed
    return failed(`it returned ${show(actual)}`)
  } catch (error) {
    return outcomeOfError(error)
  }
}

const call = (
  instance: ComponentInstance,
  { field, args }: Extract<Command, { type: 'action' }>['action'],
): Promise<unknown> => invoke(instance, field, args.map(argumentOf))

const show = (value: unknown): string => inspect(value, { depth: 4, breakLength: Infinity }).slice(0, 200)
