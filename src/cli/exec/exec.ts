import * as E from 'fp-ts/lib/Either.js'
import type { Bytes } from '@proplet/component/wasm/compile.js'
import type { Outcome } from '../../model/outcome.js'
import { verdictOfDeath } from '../../runtime/embedded/run/verdict.js'
import { readInput } from '../inspect/input.js'
import { parseExec, type ExecRequest } from './args.js'
import { Console } from './console.js'
import { missingDirectory } from './limits.js'
import { isolationFor } from './isolation.js'
import { runDirectly } from './run-directly.js'
import type { RunEnd } from './run-file.js'
import { findNotUtf8 } from './utf8.js'
import { statusOfFailure, statusOfSignal } from './statuses.js'

const EXIT_USAGE = 64
const EXIT_FAILED = 1
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The exit code of a program killed by SIGPIPE: 128 + its number. */
const EXIT_NO_READER = 141

export type ExecParts = {
  /** See `Program`. */
  readonly compileCache: string | undefined
  /** See `Program`; undefined to run every guest in a process of its own, because the stack of this one is too small. */
  readonly load: ((path: string) => unknown) | undefined
}

/**
 * Runs a WebAssembly file with the embedded runtime, in this process or in a child process. Resolves to the exit status: the
 * guest's, 134 after a trap, 141 if nobody reads its output any more, 1 for other failures, 64 for a wrong command line, 130 or
 * 143 after a signal that ended a child process. Something of a guest may be left in this process, which is to end then.
 */
export async function exec(argv: readonly string[], host: NodeJS.Process, parts: ExecParts): Promise<number> {
  const console = new Console()
  const parsed = parseExec(argv, host.env)
  if (E.isLeft(parsed)) {
    console.say('Error', parsed.left)
    return EXIT_USAGE
  }
  const request = parsed.right
  const notUtf8 = findNotUtf8(argv, request.env, host.env)
  if (notUtf8 !== undefined) {
    console.say('Error', notUtf8)
    return EXIT_USAGE
  }
  const missing = missingDirectory(request)
  if (missing !== undefined) {
    console.say('Error', `--dir: ${JSON.stringify(missing)} is not a directory`)
    return EXIT_FAILED
  }
  try {
    return await (request.command === 'serve'
      ? serve(request, host, console)
      : run(request, host, console, parts))
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    console.say('Error', error.message)
    return EXIT_FAILED
  }
}

class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** Opens standard input only if the file is there: it belongs to the guest, and Node.js would make it non-blocking. */
async function read(file: string, host: NodeJS.Process): Promise<Bytes> {
  try {
    return await readInput(file, () => host.stdin)
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new Unreadable(`${JSON.stringify(file)} can't be read: ${cause.message}`, { cause })
  }
}

async function run(
  request: ExecRequest,
  host: NodeJS.Process,
  console: Console,
  { compileCache, load }: ExecParts,
): Promise<number> {
  const warning = (message: string) => console.say('Warning', message)
  const isolation = request.isolation ?? isolationFor(request)
  if (isolation === 'none' && load !== undefined)
    return statusOf(await runDirectly(request, read(request.file, host), { warning, load }), console)
  const { runFile } = await import('./run-file.js')
  const { ended, kill } = runFile(request, read(request.file, host), { warning, compileCache })
  const signalled = onSignal(host, kill)
  const end = await ended.finally(kill)
  return signalled() ?? statusOf(end, console)
}

function statusOf(end: RunEnd, console: Console): number {
  if (end.kind === 'printed') return 0
  if (end.kind === 'died') return statusOfOutcome(verdictOfDeath(end.death, '')('', ''), console)
  if (end.kind === 'failed') return statusOfOutcome({ ...end, results: '' }, console)
  console.write('stdout', `${end.text}\n`)
  return console.isBroken ? EXIT_NO_READER : 0
}

async function serve(request: ExecRequest, host: NodeJS.Process, console: Console): Promise<number> {
  const [{ serveFile }, bytes] = await Promise.all([import('./serve-file.js'), read(request.file, host)])
  const server = serveFile(request, bytes, {
    serving: (address, port) => {
      console.write(
        'stderr',
        `Serving HTTP on http://${address.includes(':') ? `[${address}]` : address}:${port}/\n`,
      )
    },
    output: (stream, data) => {
      console.write(stream, data)
      if (console.isBroken) server.stop()
    },
    warning: (message) => console.say('Warning', message),
  })
  const signalled = onSignal(host, server.stop)
  const outcome = await server.ended
  return signalled() ?? (console.isBroken ? EXIT_NO_READER : statusOfOutcome(outcome, console))
}

/** The exit status is enough for a guest that exits; anything else is also printed. */
function statusOfOutcome(outcome: Outcome, console: Console): number {
  if (outcome.kind !== 'failed') return 0
  if (outcome.code !== 'exit') console.say('Error', outcome.error)
  return statusOfFailure(outcome)
}

/** Calls `act` at the first signal to end; returns a function that gives the exit status for it, if one came. */
function onSignal(host: NodeJS.Process, act: () => void): () => number | undefined {
  let status: number | undefined
  for (const name of SIGNALS) {
    host.on(name, () => {
      if (status !== undefined) return
      status = statusOfSignal(name)
      act()
    })
  }
  return () => status
}
