import { readFileSync } from 'node:fs'

/** The stack of a guest: V8's default of 984 KiB holds half as many calls as wasmtime's 1 MiB, whose frames are smaller. */
export const GUEST_STACK_BYTES = 4 * 1024 * 1024

/** What V8 takes without a flag; its own code and ours may need as much. */
const DEFAULT_BYTES = 984 * 1024
/** What is used of the stack outside of what V8 counts. */
const UNCOUNTED_BYTES = 1024 * 1024

/**
 * As many bytes of stack as V8 may use in a process that is started by this one, at most: those left by the system's limit
 * (`ulimit -s`), above which a deep recursion would crash the process. Where the limit is not known, V8's default.
 */
export function stackWithin(bytes: number): number {
  const most = (systemStackBytes() ?? 0) - UNCOUNTED_BYTES
  return Math.max(DEFAULT_BYTES, Math.min(bytes, most))
}

/**
 * Whether guests may run on the main thread of this process: it was started with a stack as large as theirs, which cannot be
 * changed later, and the system's limit allows that. `execArgv`: its options of Node.js.
 */
export function hasGuestStack(execArgv: readonly string[]): boolean {
  const [kib] = execArgv.flatMap((each) => /^--stack[-_]size=(\d+)$/.exec(each)?.[1] ?? []).slice(-1)
  return Number(kib) * 1024 >= GUEST_STACK_BYTES && stackWithin(GUEST_STACK_BYTES) === GUEST_STACK_BYTES
}

function systemStackBytes(): number | undefined {
  const [, bytes] = /^Max stack size\s+(\d+|unlimited)/m.exec(limits()) ?? []
  return bytes === 'unlimited' ? Infinity : bytes === undefined ? undefined : Number(bytes)
}

/** Empty where there is no `/proc`, or no file can be opened. */
function limits(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1')
  } catch {
    return ''
  }
}
