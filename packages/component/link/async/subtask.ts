import type { CallContext } from '../abi/call-context.js'
import { trap } from '../abi/trap.js'
import type { AsyncCall } from './function.js'
import { EVENT, Waitable } from './waitable.js'

const STATES = {
  starting: 0,
  started: 1,
  returned: 2,
  'cancelled-before-started': 3,
  'cancelled-before-returned': 4,
} as const

/** Returned by `subtask.cancel` and others if the result has to be waited for. */
export const BLOCKED = -1

/** A call that a guest made without waiting for it. */
export class Subtask extends Waitable {
  /** Its handle; 0 if it has none yet, or needs none. */
  index = 0
  callee: AsyncCall | undefined
  readonly #call: CallContext
  #state: keyof typeof STATES = 'starting'
  #isDelivered = false
  #isCancelled = false

  constructor(call: CallContext) {
    super()
    this.#call = call
  }

  get code(): number {
    return STATES[this.#state]
  }

  get isResolved(): boolean {
    return this.#state !== 'starting' && this.#state !== 'started'
  }

  begin(): void {
    this.#progress('started')
  }

  resolve(returned: boolean): void {
    if (returned) this.#progress('returned')
    else this.#progress(this.#state === 'starting' ? 'cancelled-before-started' : 'cancelled-before-returned')
  }

  /** The caller knows the result; what it lent for the call is returned. */
  deliver(): void {
    this.#isDelivered = true
    this.#call.end()
  }

  /** Returns false if it was resolved already. */
  cancel(): boolean {
    if (this.#isDelivered) trap('cannot cancel a subtask which has been resolved')
    if (this.#isCancelled) trap('cannot cancel a subtask twice')
    if (this.isResolved) return false
    this.#isCancelled = true
    this.callee?.cancel()
    return true
  }

  drop(): void {
    if (!this.#isDelivered) trap('cannot drop a subtask which has not yet resolved')
    this.join(undefined)
  }

  #progress(state: keyof typeof STATES): void {
    this.#state = state
    if (this.index === 0) return
    this.setEvent(() => {
      if (this.isResolved) this.deliver()
      return [EVENT.subtask, this.index, this.code]
    })
  }
}
