import { verdictOfDeath, type Verdict } from '../embedded/run/verdict.js'
import type { ProcessEnd } from './process-group.js'

/** Wasmtime's exit code after a trap: that of an aborted process. */
const TRAP_STATUS = 134

/** The outcome of a runtime that ended on its own. */
export function verdictOfRun(end: ProcessEnd, stderr: string): Verdict {
  if (end.kind === 'exited' && end.status === 0) return (results) => ({ kind: 'completed', results })
  return verdictOfFailure(end, stderr)
}

/** A server must not end before it is stopped. */
export function verdictOfServer(end: ProcessEnd, stderr: string): Verdict {
  if (end.kind === 'exited' && end.status === 0)
    return failed('exit', 'the server ended: exited with status 0')
  return verdictOfFailure(end, stderr)
}

function verdictOfFailure(end: ProcessEnd, stderr: string): Verdict {
  switch (end.kind) {
    case 'exited':
      return end.status === TRAP_STATUS
        ? failed('trap', `trap: the runtime exited with status ${TRAP_STATUS}`)
        : failed('exit', `exited with status ${end.status}`)
    case 'signalled':
      return verdictOfDeath(end.death, stderr)
    case 'unstarted':
      return failed('runtime', `the runtime could not be started: ${end.message}`)
  }
}

const failed =
  (code: 'trap' | 'exit' | 'runtime', error: string): Verdict =>
  (results, stderr) => ({ kind: 'failed', code, error: error + stderr, results })
