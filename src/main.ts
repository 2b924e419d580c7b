#!/usr/bin/env node
import './host/small-heap.js'
import { randomUUID } from 'node:crypto'
import { config as rxjs, tap } from 'rxjs'
import { runCli } from './cli/run.js'
import type { LoadedConfig } from './io/config/config.js'
import { createLogger } from './io/log/log.js'
import { stopSignal } from './app/signals.js'

const runDaemon = async ({ config, warnings }: LoadedConfig): Promise<void> => {
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
  const { createProplet } = await import('./app/proplet.js')
  const proplet = createProplet({ config, log, stop$ }).subscribe({ error: fail, complete: () => exit(0) })
  // However the process ends, its guests end with it, also where the system has no way to see to that.
  process.once('exit', () => proplet.unsubscribe())
}

const decision = runCli({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
})
switch (decision.kind) {
  case 'exit':
    process.exitCode = decision.code
    break
  // What a command does not need is not loaded for it: the daemon stays small, the others are quick.
  case 'command': {
    const { runCommand } = await import('./cli/command.js')
    process.exitCode = await runCommand(decision.word, decision.argv, process)
    break
  }
  case 'run':
    await runDaemon(decision.loaded)
}
