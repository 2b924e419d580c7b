import type { Writable } from 'node:stream'
import { isatty } from 'node:tty'
import { pino, type Logger as PinoLogger } from 'pino'
import { logOutput } from './log-output.js'
import { isoTime } from '../../model/iso-time.js'

/**
 * A pino logger; `createLogger` makes one that redacts secrets.
 *
 * @example
 * ```ts
 * const quiet = (log: Logger): Logger => log.child({}, { level: 'error' })
 * ```
 */
export type Logger = PinoLogger

/**
 * What `createLogger` takes; only the level is required.
 *
 * @example
 * ```ts
 * const options: LogOptions = { level: 'info', pretty: true, destination: process.stderr }
 * ```
 */
export type LogOptions = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  /** Lines for people; by default on a terminal. */
  readonly pretty?: boolean
  /** A stream or a file descriptor; by default standard output. */
  readonly destination?: Writable | number
  /** Bytes that may wait for a slow reader; lines beyond that are dropped and counted. Default 4 MiB. */
  readonly maxWaitingBytes?: number
}

/**
 * A logger, and what writes out its last lines.
 *
 * @example
 * ```ts
 * const { log: logger, flush }: LogHandle = await createLogger({ level: 'info' })
 * logger.info('bye')
 * await flush(500)
 * ```
 */
export type LogHandle = {
  readonly log: Logger
  /** Call before the process exits: resolves when the last lines are out, at the latest after `timeoutMs` (1000). */
  readonly flush: (timeoutMs?: number) => Promise<void>
}

const SECRETS = [
  'clientKey',
  'client_key',
  'apiKey',
  'api_key',
  'password',
  'authorization',
  'secret',
  'token',
]
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** Replaces control characters by their codes. */
const visible = (text: string): string =>
  text.replaceAll(
    /(?![\n\t])\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )

const prettifier = async (): Promise<(line: string) => string> => {
  const { prettyFactory } = await import('pino-pretty')
  return prettyFactory({
    ignore: 'pid',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    messageFormat: (line, key) => {
      const message = line[key]
      return typeof message === 'string' ? visible(message) : ''
    },
  })
}

const droppedLine = (dropped: number): string =>
  `${JSON.stringify({
    level: 'warn',
    time: isoTime(Date.now()),
    dropped,
    msg: 'Log lines were dropped: the reader of the log was too slow',
  })}\n`

/**
 * Logs JSON lines, or lines for people. Logging neither blocks the event loop nor fails; a slow reader loses lines, and
 * one that is gone loses all.
 */
export const createLogger = async (options: LogOptions): Promise<LogHandle> => {
  const { level, destination } = options
  const pretty = options.pretty ?? (destination === undefined && isatty(1))
  const format = pretty ? await prettifier() : (line: string) => line
  const output = logOutput(destination, (dropped) => format(droppedLine(dropped)), options.maxWaitingBytes)
  const log = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${isoTime(Date.now())}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '********' },
    },
    { write: (line: string) => output.write(format(line)) },
  )
  return { log, flush: (timeoutMs = 1000) => output.flush(timeoutMs) }
}

const ID_MAX = 128

const cut = (id: string): string => (id.length > ID_MAX ? `${id.slice(0, ID_MAX)}…` : id)

/** A logger whose lines contain the task ID. IDs are untrusted, so they are cut. */
export const taskLogger = (log: Logger, taskId: string): Logger => log.child({ task: cut(taskId) })

/** The same, with the name of the invocation, if any. */
export const invocationLogger = (log: Logger, taskId: string, invocation: string | undefined): Logger =>
  log.child({ task: cut(taskId), ...(invocation !== undefined && { invocation: cut(invocation) }) })
