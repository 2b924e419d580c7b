import type { FailureCode, Outcome } from '../../../model/outcome.js'
import type { GuestEnd } from '../../guest/channel/protocol.js'
import type { StopReason } from '../../../model/runtime.js'
import type { Death } from '../guests/guest.js'

/** Computes the outcome once the output is complete, from stdout and from what an error reports of stderr ('' for nothing). */
export type Verdict = (stdout: string, stderr: string) => Outcome

export function verdictOfStop(reason: StopReason): Verdict {
  if (reason === 'stopped') return (results) => ({ kind: 'stopped', results })
  return failed('shutdown', 'interrupted by the shutdown of the proplet')
}

export function verdictOfBreach(): Verdict {
  return failed('runtime', 'the guest violated the channel protocol')
}

/** `sent`: the part of the result that the guest sent ahead. */
export function verdictOfEnd(end: GuestEnd, sent: string): Verdict {
  switch (end.kind) {
    case 'returned':
      return () => ({ kind: 'completed', results: sent + end.text })
    case 'printed':
      return (results) => ({ kind: 'completed', results })
    case 'failed':
      return (results, stderr) => ({ kind: 'failed', code: end.code, error: end.error + stderr, results })
  }
}

/** After these failures nothing of the task remains in the guest that could affect the next one. */
const HARMLESS: ReadonlySet<FailureCode> = new Set<FailureCode>(['call', 'binary', 'unsupported', 'exit'])

export function isHarmless(end: GuestEnd): boolean {
  return end.kind !== 'failed' || HARMLESS.has(end.code)
}

/** The outcome of a task whose guest died on its own. */
export function verdictOfDeath(death: Death, stderr: string): Verdict {
  if (death.signal === 'SIGKILL') {
    return failed('memory', 'the guest was killed, most likely because the machine ran out of memory')
  }
  if (/heap (limit|out of memory)|out of memory/i.test(stderr) || death.how.includes('memory limit')) {
    return failed(
      'memory',
      `memory outside the linear memory, such as tables, is used up; the guest ${death.how}`,
    )
  }
  return failed('runtime', `the guest ${death.how}`)
}

function failed(code: FailureCode, error: string): Verdict {
  return (results) => ({ kind: 'failed', code, error, results })
}
