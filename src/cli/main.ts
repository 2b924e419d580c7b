import { randomUUID } from 'node:crypto'
import { asyncScheduler, config as rxjs, connect, filter, finalize, ignoreElements, merge, tap } from 'rxjs'
import { stopSignal } from '../app/signals.js'
import { EngineFlags } from '../host/engine-flags.js'
import type { Program } from '../host/program.js'
import type { LoadedConfig } from '../io/config/loaded-config.js'
import { busy } from '../streams/observe/busy.js'
import type { PipelineOutput } from '../streams/pipeline.js'
import { runCli } from './run.js'

/**
 * Delay in milliseconds before compiled code is stored: by then everything that a start needs is compiled. Not done at
 * the end, because a signal may kill the daemon.
 */
const COMPILED_MS = 10_000
/** The rate of ended tasks and refusals from which speed matters more than memory. */
const DENSE = { events: 20, withinMs: 1000, quietMs: 2000, clock: asyncScheduler }

const isEnded = (output: PipelineOutput): boolean => {
  if (output.type !== 'task') return false
  const { event } = output
  return (event.type === 'invocation' ? event.event : event).type === 'ended'
}

const runDaemon = async ({ config, warnings }: LoadedConfig, storeCompiled: () => void): Promise<void> => {
  // Commands need neither.
  const [{ createLogger }, { createProplet }] = await Promise.all([
    import('../io/log/log.js'),
    import('../app/proplet.js'),
  ])
  const { log, flush } = await createLogger({ level: config.logLevel })
  const exit = (code: number) => void flush().finally(() => process.exit(code))
  const fail = (error: unknown) => {
    log.fatal({ err: error }, 'The proplet failed')
    exit(1)
  }
  rxjs.onUnhandledError = fail
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  log.info(`Starting Proplet (TypeScript) - Instance ID: ${randomUUID()}`)
  for (const warning of warnings) log.warn(warning)
  const stop$ = stopSignal(process).pipe(
    tap((signal) => log.info(`${signal}: taking no more tasks; a second signal ends the proplet at once`)),
  )
  const engine = new EngineFlags(storeCompiled)
  const proplet = createProplet({ config, log, stop$ })
    .pipe(
      connect((output$) => {
        const busy$ = output$.pipe(filter(isEnded), busy(DENSE))
        const balanced$ = busy$.pipe(tap((isBusy) => engine.preferSpeed(isBusy)))
        return merge(output$, balanced$.pipe(ignoreElements()))
      }),
      finalize(() => engine.preferSpeed(false)),
    )
    .subscribe({ error: fail, complete: () => exit(0) })
  setTimeout(() => engine.set(), COMPILED_MS).unref()
  // Guests must end with the process, even where the system cannot ensure it.
  process.once('exit', () => proplet.unsubscribe())
}

/** The program `proplet`: a command, or the daemon, which stores its compiled code once it runs. */
export const main = async (
  host: NodeJS.Process,
  { storeCompiled, compileCache }: Omit<Program<unknown>, 'exports'>,
): Promise<void> => {
  const decision = runCli({
    argv: host.argv.slice(2),
    env: host.env,
    stdout: host.stdout,
    stderr: host.stderr,
  })
  switch (decision.kind) {
    case 'exit':
      host.exitCode = decision.code
      break
    // Loads only what is needed, so that commands are quick and the daemon stays small.
    case 'command': {
      const { runCommand } = await import('./command.js')
      host.exitCode = await runCommand(decision.word, decision.argv, host, compileCache)
      break
    }
    case 'run':
      await runDaemon(decision.loaded, storeCompiled)
  }
}
