/** The port for runtimes of your own, and resource usage of the processes that they start. */
export type { Binary } from '../model/binary.js'
export type { Counters, Figures } from '../model/figures.js'
export type { FailureCode, Outcome } from '../model/outcome.js'
export type { RunEvent, RunRequest, Runtime, StopReason, Usage } from '../model/runtime.js'
export { addFigures, readFigures, readTreeFigures } from '../host/process-figures.js'
