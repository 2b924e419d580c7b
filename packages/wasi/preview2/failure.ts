/**
 * The error of a WIT `result`: whoever calls for the guest (jco's glue, our linker) hands `payload` to it.
 *
 * ```ts
 * throw new WitError('access', 'outside of what the guest was given')
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

/** Ends the guest for what its interface says is a trap. */
export function trap(message: string): never {
  throw new WebAssembly.RuntimeError(message)
}
