export { createProplet } from './app/create-proplet.js'
export type { PropletOptions } from './app/proplet.js'
export { loadConfig } from './app/load-config.js'
export type { ConfigInput } from './io/config/load.js'
export type { Config } from './io/config/config.js'
export { ConfigError, type LoadedConfig } from './io/config/loaded-config.js'
export type { JournalStats } from './model/journal.js'
export { createLogger } from './io/log/create-logger.js'
export type { Logger, LogHandle, LogOptions } from './io/log/log.js'
export { stopSignal } from './app/signals.js'
export type { Binary } from './model/binary.js'
export type {
  BinarySource,
  Command,
  Invocation,
  InvokeCommand,
  Received,
  StartCommand,
  StopCommand,
} from './model/command.js'
export type { Connection } from './model/connection.js'
export type { FailureCode, Outcome } from './model/outcome.js'
export type { Publication } from './model/publication.js'
export type { InvocationEvent, TaskEvent, TaskProgress } from './model/task-event.js'
export type { Figures } from './model/figures.js'
export type { RunEvent, RunRequest, Runtime, StopReason, Usage } from './model/runtime.js'
export type { Stream, StreamInputs } from './streams/background/telemetry.js'
export type { PipelineOutput } from './streams/pipeline.js'
