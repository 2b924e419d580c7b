import type { FailureCode } from '../../model/outcome.js'

/** As wasmtime ends after a trap: that of a process that was aborted. */
const TRAP = 134
const FAILED = 1
/** As a shell reports a process that a signal ended. */
const SIGNALLED = 128

const EXITED = /^exited with status (\d+)/

export type Failure = { readonly code: FailureCode; readonly error: string }

/** The exit status for a guest that failed: its own, where it exited; larger ones than a process can have are 1. */
export function statusOfFailure({ code, error }: Failure): number {
  switch (code) {
    case 'exit': {
      const status = Number(EXITED.exec(error)?.[1])
      return status > 0 && status <= 255 ? status : FAILED
    }
    case 'trap':
    case 'memory':
      return TRAP
    case 'rejected':
    case 'overloaded':
    case 'binary':
    case 'call':
    case 'timeout':
    case 'output':
    case 'unsupported':
    case 'shutdown':
    case 'interrupted':
    case 'runtime':
      return FAILED
  }
}

export const statusOfSignal = (signal: 'SIGINT' | 'SIGTERM'): number =>
  SIGNALLED + (signal === 'SIGINT' ? 2 : 15)
