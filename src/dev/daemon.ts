import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { builtEntry } from '../host/package-root.js'
import { parseObject, type JsonObject } from './json.js'

const MAIN = builtEntry('daemon')
const DEFAULT_LOGGED_MS = 10_000

/** A line of its log. */
export type LogLine = JsonObject & { readonly level: string; readonly msg: string }

export type DaemonOptions = {
  /** The destination of its standard error; by default ours. */
  readonly stderr?: 'inherit' | 'pipe'
  readonly cwd?: string
  /** The script to run; by default that of the proplet. */
  readonly script?: string
  /** A program with arguments that executes Node.js with the arguments appended. */
  readonly within?: readonly string[]
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type Daemon = {
  readonly process: ChildProcess
  /** Everything written to standard output so far: the log, one JSON object per line. */
  readonly log: () => string
  /** Everything written to standard error so far, if piped. */
  readonly stderr: () => string
  readonly lines: () => readonly LogLine[]
  /**
   * Waits for the first line, from number `from` on, whose message contains this text. Rejects after `withinMs`, or if
   * the daemon ends before.
   */
  readonly logged: (message: string, from?: number, withinMs?: number) => Promise<LogLine>
  /** Resolves when it has ended and all of its output was read. */
  readonly exited: Promise<Exit>
  /** Stops it; resolves to its exit code, or null if a signal ended it. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Starts the proplet as a child process with only `env` and PATH in its environment. */
export const startDaemon = (
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  { stderr = 'inherit', cwd, script = MAIN, within = [] }: DaemonOptions = {},
): Daemon => {
  const [program = process.execPath, ...rest] = [...within, process.execPath, script, ...args]
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', stderr],
    ...(cwd === undefined ? {} : { cwd }),
  })
  const exited = once(child, 'close').then((): Exit => ({ code: child.exitCode, signal: child.signalCode }))
  let text = ''
  let errors = ''
  const lines: LogLine[] = []
  child.stdout?.setEncoding('utf8').on('data', (data: string) => (text += data))
  child.stderr?.setEncoding('utf8').on('data', (data: string) => (errors += data))
  const reader = child.stdout === null ? undefined : createInterface({ input: child.stdout })
  reader?.on('line', (line) => {
    const parsed = parseObject(Buffer.from(line))
    if (isLogLine(parsed)) lines.push(parsed)
  })

  const logged = (message: string, from = 0, withinMs = DEFAULT_LOGGED_MS) =>
    new Promise<LogLine>((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer)
        reader?.off('line', look)
        end()
      }
      const look = () => {
        const line = lines.slice(from).find(({ msg }) => msg.includes(message))
        if (line !== undefined) settle(() => resolve(line))
      }
      const giveUp = (why: string) =>
        settle(() =>
          reject(
            new Error(`${why}: ${message}; log and errors end:\n${text.slice(-2000)}${errors.slice(-2000)}`),
          ),
        )
      const timer = setTimeout(() => giveUp('not logged in time'), withinMs)
      reader?.on('line', look)
      look()
      void exited.then(() => {
        look()
        giveUp('the daemon ended without logging')
      })
    })

  return {
    process: child,
    log: () => text,
    stderr: () => errors,
    lines: () => lines,
    logged,
    exited,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return (await exited).code
    },
  }
}

const isLogLine = (line: JsonObject | undefined): line is LogLine =>
  typeof line?.['level'] === 'string' && typeof line['msg'] === 'string'

/** The environment for a daemon that uses a broker on this machine. */
export const daemonEnv = (port: number, propletId: string): Readonly<Record<string, string>> => ({
  PROPLET_MQTT_ADDRESS: `tcp://127.0.0.1:${port}`,
  PROPLET_DOMAIN_ID: 'demo-domain',
  PROPLET_CHANNEL_ID: 'demo-channel',
  PROPLET_CLIENT_ID: propletId,
  PROPLET_CLIENT_KEY: 'demo-key',
})

/** The topic prefix that follows from `daemonEnv`. */
export const DEMO_PREFIX = 'm/demo-domain/c/demo-channel'
