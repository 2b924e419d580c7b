import * as E from 'fp-ts/lib/Either.js'
import type { RunRequest } from '../../model/runtime.js'
import { formatBytes } from '@proplet/component/units.js'
import type { CliOption } from './cli-args.js'
import { toRuntimeEnvironment } from './environment.js'
import type { Plan } from './plan/plan.js'
import { MAX_ALL_BYTES, MAX_TEXT_BYTES } from './plan/process-limits.js'

/** How to start the runtime for one task. */
export type RuntimeCommand = {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

type RunPlan = Extract<Plan, { kind: 'run' }>

/** The parts of a task that the command line needs in addition to its plan. */
export type CommandParts = {
  readonly request: Pick<RunRequest, 'inputs' | 'env'>
  readonly options: readonly CliOption[]
  readonly dirs: readonly string[]
  /** The path of the binary. */
  readonly file: string
  /** The environment of the runtime itself. */
  readonly base: Readonly<Record<string, string>>
}

/** `run`, call, options, variables, file, inputs. The task's own `--invoke` replaces that of the plan. */
export function runCommand(
  plan: Pick<RunPlan, 'invoke' | 'inputsInCall'>,
  { request, options, dirs, file, base }: CommandParts,
): RuntimeCommand {
  const { env, options: variables } = toRuntimeEnvironment(request.env, base)
  const call = plan.invoke === undefined || hasInvoke(options) ? [] : ['--invoke', plan.invoke]
  const inputs = plan.inputsInCall && call.length > 0 ? [] : request.inputs
  const args = ['run', ...call, ...directories(dirs), ...texts(options), ...variables, file, ...inputs]
  return { args, env }
}

/** `serve`, address, options, variables, file. */
export function serveCommand(
  address: string,
  { request, options, dirs, file, base }: CommandParts,
): RuntimeCommand {
  const { env, options: variables } = toRuntimeEnvironment(request.env, base)
  // Otherwise wasmtime gives servers neither files nor variables.
  const more = dirs.length + variables.length > 0 ? ['-Scli'] : []
  const listen = ['-Shttp', ...more, '--addr', address]
  return { args: ['serve', ...listen, ...directories(dirs), ...texts(options), ...variables, file], env }
}

export const hasInvoke = (options: readonly CliOption[]): boolean =>
  options.some(({ name }) => name === '--invoke')

const directories = (dirs: readonly string[]): readonly string[] => dirs.flatMap((dir) => ['--dir', dir])

const texts = (options: readonly CliOption[]): readonly string[] => options.flatMap((each) => each.texts)

/** Why the arguments and variables of a task cannot be passed to a process; undefined if they can. */
export function checkTexts({ name, inputs, cliArgs, env }: RunRequest): E.Either<string, undefined> {
  const variables = Object.entries(env)
  const hyphen = variables.find(([key]) => key.startsWith('-'))
  if (hyphen !== undefined) return E.left('env: expected names that do not begin with "-"')
  if (name.startsWith('-')) return E.left('name: expected one that does not begin with "-"')
  const all = [name, ...inputs, ...cliArgs, ...variables.map((pair) => pair.join('='))]
  if (all.some((text) => text.includes('\0'))) return E.left('inputs, cli_args and env: expected no NUL')
  const sizes = all.map((text) => Buffer.byteLength(text))
  if (sizes.some((size) => size > MAX_TEXT_BYTES))
    return E.left(
      `inputs, cli_args and env: expected at most ${formatBytes(MAX_TEXT_BYTES + 1)} each, the most that a process accepts`,
    )
  return sizes.reduce((sum, size) => sum + size, 0) > MAX_ALL_BYTES ? E.left(TOO_LONG) : E.right(undefined)
}

export const TOO_LONG = 'inputs, cli_args and env are together too long for a process'
