/** `(func (export "t") unreachable)` */
const UNREACHABLE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x05, 0x01, 0x01, 0x74, 0x00, 0x00],
  ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
)

const { t: unreachable } = new WebAssembly.Instance(new WebAssembly.Module(UNREACHABLE)).exports

/**
 * A guest violated the rules of the component model. Guests cannot catch it, like any trap.
 *
 * ```ts
 * try {
 *   run()
 * } catch (error) {
 *   if (error instanceof TrapError) console.error('the guest broke the canonical ABI:', error.message)
 * }
 * ```
 */
export class TrapError extends WebAssembly.RuntimeError {
  get code(): 'trap' {
    return 'trap'
  }
}

/** Ends the guest, which violated the canonical ABI. Throws a `TrapError`. */
export function trap(what: string): never {
  // `catch_all` would catch an error created by JavaScript; V8 tells traps apart by the object.
  const error = realTrap()
  Object.setPrototypeOf(error, TrapError.prototype)
  error.message = what
  throw error
}

const isFunction = (value: unknown): value is () => void => typeof value === 'function'

function realTrap(): Error {
  try {
    if (isFunction(unreachable)) unreachable()
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return error
  }
  throw new Error('unreachable code was reached')
}
