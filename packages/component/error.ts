/** `binary`: it is wrong. `unsupported`: only we can't run it. `memory`: it asks for more than it may have. */
export type ComponentErrorCode = 'binary' | 'unsupported' | 'memory'

export type ComponentErrorOptions = ErrorOptions & { readonly offset?: number }

/**
 * A module or component that can't be used as it is. The message is for the person who built it.
 *
 * ```ts
 * try {
 *   decodeComponent(bytes)
 * } catch (error) {
 *   if (error instanceof ComponentError) console.error(error.code, error.message)
 * }
 * ```
 */
export class ComponentError extends Error {
  readonly code: ComponentErrorCode
  /** Of the byte where the fault was found, in the whole file, where one byte is at fault. */
  readonly offset: number | undefined

  constructor(code: ComponentErrorCode, message: string, { offset, ...options }: ComponentErrorOptions = {}) {
    super(message, options)
    this.name = 'ComponentError'
    this.code = code
    this.offset = offset
  }
}
