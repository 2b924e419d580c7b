/**
 * The error of a WIT `result`: the caller (jco's bindings or the linker) passes `payload` to the guest.
 *
 * ```ts
 * throw new WitError('access', 'outside of the preopen')
 * ```
 */
export class WitError<E = unknown> extends Error {
  override readonly name = 'WitError'
  readonly payload: E

  constructor(payload: E, message: string, options?: ErrorOptions) {
    super(message, options)
    this.payload = payload
  }
}

/** Ends the guest where its interface specifies a trap. */
export function trap(message: string): never {
  throw new WebAssembly.RuntimeError(message)
}
