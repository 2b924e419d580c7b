import type { Outcome } from '../../model/outcome.js'
import type { Logger } from './log.js'

type Failure = Extract<Outcome, { readonly kind: 'failed' }>

/** Refusals are counted for this long, in milliseconds, before the log says how many there were. */
const COUNT_MS = 1000

/** Calls back after so many milliseconds, unless the process ends before. */
export type Later = (callback: () => void, ms: number) => void

const afterTimeout: Later = (callback, ms) => void setTimeout(callback, ms).unref()

/** Logs tasks that find no room: the first one, and then, once a second, how many more were refused. */
export class RefusalLog {
  readonly #log: Logger
  readonly #later: Later
  #isCounting = false
  #count = 0
  #last = ''

  constructor(log: Logger, later: Later = afterTimeout) {
    this.#log = log
    this.#later = later
  }

  /** `write` logs a refusal by itself. */
  report({ error }: Failure, write: () => void): void {
    if (this.#isCounting) {
      this.#count += 1
      this.#last = error
      return
    }
    write()
    this.#wait()
  }

  #wait(): void {
    this.#isCounting = true
    this.#later(() => this.#tell(), COUNT_MS)
  }

  #tell(): void {
    this.#isCounting = false
    if (this.#count === 0) return
    this.#log.warn({ refused: this.#count, error: this.#last }, 'More tasks refused')
    this.#count = 0
    this.#wait()
  }
}

/** Whether a task or invocation found no room. */
export const isOverload = (outcome: Outcome): outcome is Failure =>
  outcome.kind === 'failed' && outcome.code === 'overloaded'
