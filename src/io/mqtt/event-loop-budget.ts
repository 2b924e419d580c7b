/**
 * A quarter of what one turn of the event loop may take, in milliseconds: the message that comes last takes its time, too,
 * and so does what guests say.
 */
const SLICE_MS = 5

export type PaceDeps = {
  /** Milliseconds. */
  readonly now: () => number
  /** Calls back when the event loop has turned. */
  readonly nextTurn: (callback: () => void) => void
}

const ofThisProcess: PaceDeps = {
  now: () => performance.now(),
  nextTurn: (callback) => void setImmediate(callback),
}

/**
 * Lets the event loop turn between messages. MQTT.js takes all packets of what was read in one go, which may be a thousand
 * commands, and meanwhile no timer fires and no child is heard. Who calls `next` before each message, and goes on when it
 * is called back, works for `SLICE_MS` at most in one turn, beside the one message that is under way.
 */
export class EventLoopBudget {
  readonly #deps: PaceDeps
  #beganAt: number | undefined

  constructor(deps: PaceDeps = ofThisProcess) {
    this.#deps = deps
  }

  next(goOn: () => void): void {
    const { now, nextTurn } = this.#deps
    if (this.#beganAt === undefined) {
      this.#beganAt = now()
      nextTurn(() => (this.#beganAt = undefined))
    }
    if (now() - this.#beganAt < SLICE_MS) goOn()
    else nextTurn(goOn)
  }
}
