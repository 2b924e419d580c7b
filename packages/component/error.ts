import type { Remedy } from './remedy.js'

/** `binary`: it is invalid. `unsupported`: it may be valid but cannot run here. `memory`: it needs more than its limit. */
export type ComponentErrorCode = 'binary' | 'unsupported' | 'memory'

export type ComponentErrorOptions = ErrorOptions & {
  readonly offset?: number
  readonly runsElsewhere?: boolean
}

/**
 * A module or component that cannot be used. The message is worded for the person who built it.
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
  /** The offset of the fault in the whole file, if one byte is at fault. */
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
