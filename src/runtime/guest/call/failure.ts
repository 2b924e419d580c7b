import { ComponentError } from '@proplet/component/error.js'
import type { FailureCode } from '../../../model/outcome.js'

/** A task that cannot continue, worded for the person who started it. */
export class TaskFailure extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TaskFailure'
    this.code = code
  }
}

/** The setting of the daemon that names another runtime, where that runs what was refused. */
export const ELSEWHERE = 'PROPLET_EXTERNAL_WASM_RUNTIME'

/** The message for the person who started the task. */
export const describeFailure = (failure: TaskFailure | ComponentError): string =>
  failure instanceof ComponentError && failure.runsElsewhere
    ? `${failure.message} (${ELSEWHERE})`
    : failure.message

/** Whether it is the task or its binary that is at fault, not the host. */
export const isTaskFailure = (thrown: unknown): thrown is TaskFailure | ComponentError =>
  thrown instanceof TaskFailure || thrown instanceof ComponentError
