import { basename } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { readEngineOptions } from './engine-options.js'
import { NO_NETWORK, type NetworkFlags } from './network.js'
import { EXEC_USAGE } from './usage.js'
import { parseWaveCall } from './wave-call.js'

/** A binary to run, and its options. */
export type ExecRequest = {
  readonly command: 'run' | 'serve'
  /** `-` for standard input. */
  readonly file: string
  /** The export to call; undefined to run the program. */
  readonly invoke: string | undefined
  /** Arguments of the program or export. */
  readonly args: readonly string[]
  /** The first argument that the program sees. */
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  readonly dirs: readonly { readonly hostPath: string; readonly guestPath: string }[]
  /** The address of a server. */
  readonly addr: string | undefined
  readonly memoryMaxBytes: number | undefined
  readonly stackMaxBytes: number | undefined
  readonly network: NetworkFlags
  /** Whether the guest reads our standard input. */
  readonly stdin: boolean
  /** Undefined to let `isolationFor` decide. */
  readonly isolation: 'process' | undefined
}

type Given = {
  invoke?: string
  argv0?: string
  addr?: string
  memoryMaxBytes?: number
  stackMaxBytes?: number
  network: NetworkFlags
  stdin: boolean
  isolation?: 'process'
  readonly env: Map<string, string>
  readonly dirs: { hostPath: string; guestPath: string }[]
}

type Environment = Readonly<Record<string, string | undefined>>

const LONG_LETTERS: Readonly<Record<string, string>> = {
  wasi: 'S',
  wasm: 'W',
  codegen: 'C',
  debug: 'D',
  optimize: 'O',
}
const OPTION = /^(?:--([a-z0-9-]+)(?:=(.*))?|-([SWCDO])=?(.+)?)$/s

/** Parses what follows the word `exec`; left: the problem. */
export function parseExec(argv: readonly string[], environment: Environment): E.Either<string, ExecRequest> {
  const [first] = argv
  const command = first === 'serve' ? 'serve' : 'run'
  const given: Given = { env: new Map(), dirs: [], network: NO_NETWORK, stdin: true }
  let at = first === 'run' || first === 'serve' ? 1 : 0
  for (; at < argv.length; at += 1) {
    const argument = argv[at] ?? ''
    if (argument === '--') {
      at += 1
      break
    }
    if (!argument.startsWith('-') || argument === '-') break
    const [, long, inline, short, rest] = OPTION.exec(argument) ?? []
    const name = long ?? short
    if (name === undefined) return E.left(unknown(argument))
    const attached = inline ?? rest
    const value = attached ?? argv[(at += 1)]
    const problem =
      value === undefined ? `${argument}: expected a value` : take(given, name, value, environment)
    if (problem !== undefined) return E.left(problem)
  }
  const [file, ...args] = argv.slice(at)
  if (file === undefined || file === '') return E.left(`expected a file; usage: ${EXEC_USAGE}`)
  return request(command, given, file, args)
}

/** Records one option; returns the problem, if any. */
function take(given: Given, name: string, value: string, environment: Environment): string | undefined {
  switch (name) {
    case 'invoke':
    case 'argv0':
    case 'addr':
      given[name] = value
      return undefined
    case 'isolation':
      if (value !== 'process') return '--isolation: expected process'
      given.isolation = value
      return undefined
    case 'env':
      return takeVariable(given, value, environment)
    case 'dir': {
      const [hostPath = '', guestPath = hostPath, ...others] = value.split('::')
      if (hostPath === '' || guestPath === '' || others.length > 0)
        return '--dir: expected HOST or HOST::GUEST'
      given.dirs.push({ hostPath, guestPath })
      return undefined
    }
    default:
      return takeEngineOptions(given, name, value, environment)
  }
}

function takeVariable(given: Given, value: string, environment: Environment): string | undefined {
  const cut = value.indexOf('=')
  const name = cut === -1 ? value : value.slice(0, cut)
  if (name === '') return '--env: expected NAME or NAME=VALUE'
  const text = cut === -1 ? environment[name] : value.slice(cut + 1)
  if (text !== undefined) given.env.set(name, text)
  return undefined
}

function takeEngineOptions(
  given: Given,
  name: string,
  value: string,
  environment: Environment,
): string | undefined {
  const letter = name.length === 1 ? name : LONG_LETTERS[name]
  if (letter === undefined) return unknown(`--${name}`)
  const options = readEngineOptions(letter, value)
  if (options === undefined) return `-${letter} ${JSON.stringify(value)} is not supported here; leave it out`
  if (options.memoryMaxBytes !== undefined) given.memoryMaxBytes = options.memoryMaxBytes
  if (options.stackMaxBytes !== undefined) given.stackMaxBytes = options.stackMaxBytes
  given.network = { ...given.network, ...options.network }
  given.stdin = options.inheritStdin ?? given.stdin
  if (options.inheritEnv === true) {
    for (const [each, text] of Object.entries(environment)) if (text !== undefined) given.env.set(each, text)
  }
  return undefined
}

const unknown = (option: string): string =>
  `found ${JSON.stringify(option.slice(0, 100))}, which is not an option; usage: ${EXEC_USAGE}`

function request(
  command: ExecRequest['command'],
  given: Given,
  file: string,
  args: readonly string[],
): E.Either<string, ExecRequest> {
  const call = given.invoke === undefined ? undefined : parseWaveCall(given.invoke)
  if (call !== undefined && args.length > 0)
    return E.left('--invoke: found arguments both in the call and after the file; expected them in one place')
  if (command === 'serve' && (given.invoke !== undefined || args.length > 0))
    return E.left('serve: found a function or arguments; expected only a file')
  if (command === 'run' && given.addr !== undefined) return E.left('--addr: expected it with serve only')
  return E.right({
    command,
    file,
    invoke: call?.name ?? given.invoke,
    args: call?.args ?? args,
    program: given.argv0 ?? basename(file),
    env: Object.fromEntries(given.env),
    dirs: given.dirs,
    addr: given.addr,
    memoryMaxBytes: given.memoryMaxBytes,
    stackMaxBytes: given.stackMaxBytes,
    network: given.network,
    // The binary itself is read from there.
    stdin: given.stdin && file !== '-',
    isolation: given.isolation,
  })
}
