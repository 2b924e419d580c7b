/** How a call ended; undefined if it was cancelled. */
export type Resolve = (result: { readonly value: unknown } | undefined) => void

/** A call that was begun. */
export type AsyncCall = {
  /** Asks it to end early, which it need not do. */
  cancel(): void
  /** It has not begun, and will as soon as those have run that are ready to. */
  readonly isDue?: boolean
}

/** What `start` begins. */
export type AsyncFunction = (options: {
  /** Gives the arguments, and is called when the callee begins; a callee may keep its callers waiting. */
  readonly begin: () => readonly unknown[]
  /** Called once, also before `start` has returned. */
  readonly resolve: Resolve
  /** Called once, when no code of the callee runs any more. */
  readonly exit?: () => void
}) => AsyncCall
