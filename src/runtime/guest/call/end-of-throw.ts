import { HostError, ProcessExit } from '@proplet/wasi/preview1.js'
import { describeFailure, isTaskFailure } from './failure.js'
import type { GuestEnd } from '../channel/protocol.js'
import { formatBytes } from '@proplet/component/units.js'

/** Allocators grow by several pages, so the last growth fails a little below the limit. */
const NEARLY_FULL_BYTES = 1024 * 1024

/** The outcome of an exception from a guest. `proc_exit(0)` is a success. */
export function endOfThrow(thrown: unknown): GuestEnd {
  if (thrown instanceof ProcessExit) {
    if (thrown.status === 0) return { kind: 'printed' }
    return { kind: 'failed', code: 'exit', error: `exited with status ${thrown.status}` }
  }
  if (isTaskFailure(thrown)) return { kind: 'failed', code: thrown.code, error: describeFailure(thrown) }
  if (thrown instanceof WebAssembly.LinkError) {
    return { kind: 'failed', code: 'binary', error: `the module cannot be linked: ${thrown.message}` }
  }
  if (thrown instanceof WebAssembly.RuntimeError) {
    return { kind: 'failed', code: 'trap', error: `trap: ${thrown.message}` }
  }
  if (thrown instanceof HostError && thrown.code === 'EINVAL') {
    return { kind: 'failed', code: 'call', error: thrown.message }
  }
  if (thrown instanceof RangeError) return endOfRangeError(thrown)
  if (thrown instanceof Error) {
    return { kind: 'failed', code: 'runtime', error: `a host function failed: ${thrown.message}` }
  }
  return { kind: 'failed', code: 'trap', error: 'trap: an exception of the guest was not caught' }
}

/** V8 throws a RangeError both for a stack overflow and for a failed allocation. */
function endOfRangeError(error: RangeError): GuestEnd {
  if (error.message.includes('call stack')) {
    return { kind: 'failed', code: 'trap', error: `trap: stack overflow (${error.message})` }
  }
  return { kind: 'failed', code: 'memory', error: `memory is used up: ${error.message}` }
}

/**
 * A guest that failed with its memory full most likely failed because of that: `malloc` returned null, or it
 * panicked.
 */
export function blameMemory(end: GuestEnd, usedBytes: number, maxBytes: number): GuestEnd {
  const isFull = usedBytes > maxBytes - Math.min(NEARLY_FULL_BYTES, maxBytes / 8)
  if (!isFull || end.kind !== 'failed' || (end.code !== 'trap' && end.code !== 'exit')) return end
  return {
    kind: 'failed',
    code: 'memory',
    error: `memory limit of ${formatBytes(maxBytes)} reached: ${end.error}`,
  }
}
