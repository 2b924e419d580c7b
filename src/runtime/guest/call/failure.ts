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

/** The daemon's setting for another runtime, if that supports what was refused. */
export const ELSEWHERE = 'PROPLET_EXTERNAL_WASM_RUNTIME'

/** The message for the person who started the task. */
export const describeFailure = (failure: TaskFailure | ComponentError): string =>
  failure instanceof ComponentError && failure.runsElsewhere
    ? `${failure.message} (${ELSEWHERE})`
    : failure.message

/** Whether the task or its binary is at fault, rather than the host. */
export const isTaskFailure = (thrown: unknown): thrown is TaskFailure | ComponentError =>
  thrown instanceof TaskFailure || thrown instanceof ComponentError
