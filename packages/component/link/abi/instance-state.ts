import { Gate } from './gate.js'
import { ThreadTable } from './thread-table.js'
import { HandleTable } from './handles.js'
import { trap } from './trap.js'

/** The state of a component instance. After a trap it stays entered, so it cannot be called again. */
export class InstanceState {
  handles = new HandleTable()
  /** False while the host calls it only to allocate memory. */
  mayLeave = true
  #entered = false
  #gate: Gate | undefined
  #threads: ThreadTable | undefined

  /** Of its async tasks. */
  get gate(): Gate {
    return (this.#gate ??= new Gate())
  }

  get threads(): ThreadTable {
    return (this.#threads ??= new ThreadTable())
  }

  get isEntered(): boolean {
    return this.#entered
  }

  /** Restores the state before anything ran. */
  reset(): void {
    this.handles = new HandleTable()
    this.mayLeave = true
    this.#gate = undefined
    this.#threads = undefined
  }

  enter(): void {
    if (this.#entered) trap('cannot enter component instance: it runs already, or it trapped')
    this.#entered = true
  }

  exit(): void {
    this.#entered = false
  }

  checkLeave(): void {
    if (!this.mayLeave) trap('cannot leave component instance in realloc or post-return')
  }
}
