import type { FailureCode } from '../../model/outcome.js'

/** The status of an aborted process, which wasmtime uses for traps. */
const TRAP = 134
const FAILED = 1
/** Added to the number of a signal, as shells do. */
const SIGNALLED = 128

const EXITED = /^exited with status (\d+)/

export type Failure = { readonly code: FailureCode; readonly error: string }

/** The exit status for a guest that failed: its own if it exited, with 1 for values that a process cannot have. */
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
