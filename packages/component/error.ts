import type { Remedy } from './remedy.js'

/** `binary`: it is wrong. `unsupported`: only we can't run it. `memory`: it asks for more than it may have. */
export type ComponentErrorCode = 'binary' | 'unsupported' | 'memory'

export type ComponentErrorOptions = ErrorOptions & {
  readonly offset?: number
  readonly runsElsewhere?: boolean
}

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
  /** Another WebAssembly runtime runs it, as the message says. */
  readonly runsElsewhere: boolean

  constructor(
    code: ComponentErrorCode,
    message: string,
    { offset, runsElsewhere = false, ...options }: ComponentErrorOptions = {},
  ) {
    super(message, options)
    this.name = 'ComponentError'
    this.code = code
    this.offset = offset
    this.runsElsewhere = runsElsewhere
  }
}

/** What is not supported, and what runs it instead. */
export const notSupported = (what: string, { text, runsElsewhere }: Remedy): ComponentError =>
  new ComponentError('unsupported', `${what}; ${text}`, { runsElsewhere })
