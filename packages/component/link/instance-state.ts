import { Gate } from './async/gate.js'
import { HandleTable } from './handles.js'
import { trap } from './trap.js'

/** What an instance of a component is in the midst of. After a trap it stays entered, and so can't be called again. */
export class InstanceState {
  readonly handles = new HandleTable()
  /** False while the host calls it for memory only. */
  mayLeave = true
  #entered = false
  #gate: Gate | undefined

  /** Of its async tasks. */
  get gate(): Gate {
    return (this.#gate ??= new Gate())
  }

  enter(): void {
    if (this.#entered) trap('a component instance was called that runs already, or that trapped')
    this.#entered = true
  }

  exit(): void {
    this.#entered = false
  }

  checkLeave(): void {
    if (!this.mayLeave) trap('a component called out of realloc or post-return')
  }
}
