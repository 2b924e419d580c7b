import { TaskFailure } from '../../../src/runtime/guest/failure.js'

/** A component that can't be used as it is: `binary` when it is wrong, `unsupported` when only we are. */
export class ComponentError extends TaskFailure {
  /** Of the byte where the fault was found, in the whole file. */
  readonly offset: number

  constructor(code: 'binary' | 'unsupported', what: string, offset: number) {
    super(code, `${code === 'binary' ? 'malformed' : 'unsupported'} component: ${what} at byte ${offset}`)
    this.name = 'ComponentError'
    this.offset = offset
  }
}

export const malformed = (what: string, offset: number): ComponentError =>
  new ComponentError('binary', what, offset)

export const unsupported = (what: string, offset: number): ComponentError =>
  new ComponentError('unsupported', what, offset)
