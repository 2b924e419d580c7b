export { createProplet, type PropletOptions } from './app/proplet.js'
export { loadConfigOrThrow as loadConfig, type ConfigInput, type LoadOptions } from './io/config/load.js'
export { ConfigError, type Config, type LoadedConfig } from './io/config/config.js'
export type { JournalStats } from './model/journal.js'
export { createLogger, type Logger, type LogHandle, type LogOptions } from './io/log/log.js'
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
