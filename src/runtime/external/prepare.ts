import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunRequest } from '../../model/runtime.js'
import { readCliArgs, type CliOption } from './cli-args.js'
import { checkTexts, hasInvoke, runCommand, serveCommand, type RuntimeCommand } from './command.js'
import { endpointOf, hostAndPort } from './endpoint.js'
import type { ExternalOptions } from './options.js'
import type { Plan } from './plan/plan.js'
import type { Planner } from './plan/planner.js'
import type { Ports } from './ports.js'
import { orRefuse, Refusal } from './refusal.js'

export type PrepareParts = {
  readonly options: ExternalOptions
  readonly planner: Planner
  readonly ports: Ports
}

/** The address of a server. */
export type ServerAddress = { readonly host: string; readonly port: number }

export type Prepared = {
  readonly command: RuntimeCommand
  /** Its address, with a reserved port; undefined if it is not a server. */
  readonly server: ServerAddress | undefined
  readonly warning: string | undefined
}

/** Checks the options of a task. Throws a `Refusal` if they are not allowed. */
export function checkRequest(request: RunRequest, { allowCliArgs }: ExternalOptions): readonly CliOption[] {
  orRefuse('call', checkTexts(request))
  return orRefuse('rejected', readCliArgs(request.cliArgs, allowCliArgs))
}

/** Finds out how to start the runtime for a task, in its own directory. Throws a `Refusal` if that is not possible. */
export async function prepare(
  request: RunRequest,
  cliOptions: readonly CliOption[],
  directory: string,
  { options, planner, ports }: PrepareParts,
  signal: AbortSignal,
): Promise<Prepared> {
  const file = await fileOf(request, directory, signal)
  const plan = await planFor(request, file, cliOptions, planner, signal)
  const base = { PATH: options.searchPath, HOME: directory, TMPDIR: directory }
  const parts = { request, options: cliOptions, dirs: options.dirs, file, base }
  if (plan.kind === 'run')
    return { command: runCommand(plan, parts), server: undefined, warning: plan.warning }
  const { host, port, rest } = await takePort(cliOptions, options, ports)
  const command = serveCommand(hostAndPort(host, port), { ...parts, options: rest })
  return { command, server: { host, port }, warning: undefined }
}

/** The path of the binary for the runtime; no part of it comes from the task. */
async function fileOf({ binary }: RunRequest, directory: string, signal: AbortSignal): Promise<string> {
  const { content } = binary
  if ('path' in content) return content.path
  const file = join(directory, 'module.wasm')
  await writeFile(file, content.bytes, { mode: 0o600, flag: 'wx', signal })
  return file
}

/** With its own `--invoke`, only whether it is a server has to be found out. */
async function planFor(
  { binary, name, inputs }: RunRequest,
  path: string,
  cliOptions: readonly CliOption[],
  planner: Planner,
  signal: AbortSignal,
): Promise<Exclude<Plan, { kind: 'refused' }>> {
  const { digest, isConfidential } = binary
  const asked = { path, digest, isKeyed: isConfidential === true }
  const isOwn = hasInvoke(cliOptions)
  const plan = await planner.plan(
    isOwn ? { ...asked, name: '_start', inputs: [] } : { ...asked, name, inputs },
    signal,
  )
  if (plan.kind === 'serve' || (plan.kind === 'run' && !isOwn)) return plan
  if (plan.kind === 'refused' && !(isOwn && plan.code === 'call')) throw new Refusal(plan.code, plan.error)
  return { kind: 'run', inputsInCall: false }
}

async function takePort(cliOptions: readonly CliOption[], { http }: ExternalOptions, ports: Ports) {
  if (http === undefined)
    throw new Refusal(
      'unsupported',
      'the component serves HTTP, which PROPLET_HTTP_ENABLED does not allow here',
    )
  const endpoint = orRefuse('call', endpointOf(cliOptions, http))
  const { host } = endpoint
  const port = await ports.take(host, endpoint.ports)
  if (port !== undefined) return { host, port, rest: endpoint.options }
  const [first = 0] = endpoint.ports
  const last = endpoint.ports.at(-1) ?? first
  throw new Refusal(
    'runtime',
    `no port is free at ${host}: ${first === last ? first : `${first} to ${last}`}`,
  )
}
