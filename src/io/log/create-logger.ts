import type { LogHandle, LogOptions } from './log.js'

/**
 * A logger that never blocks the event loop: JSON lines, or lines for people on a terminal. Values under names of
 * secrets, such as `password`, are redacted. Resolves once the code behind it is loaded; rejects when the file
 * descriptor given as `destination` is not open.
 *
 * @example
 * ```ts
 * const { log, flush } = await createLogger({ level: 'info' })
 * log.info({ sensor: 'cpu' }, 'Sensor found')
 * await flush()
 * ```
 */
export const createLogger = async (options: LogOptions): Promise<LogHandle> =>
  (await import('./log.js')).createLogger(options)
