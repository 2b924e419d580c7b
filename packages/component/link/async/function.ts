/** Receives the result of a call; undefined if it was cancelled. */
export type Resolve = (result: { readonly value: unknown } | undefined) => void

/** A call that has begun. */
export type AsyncCall = {
  /** Asks it to end early, which is not guaranteed. */
  cancel(): void
  /** It has not begun, and will as soon as threads that are ready have run. */
  readonly isDue?: boolean
}

/** An async function, which can be begun. */
export type AsyncFunction = (options: {
  /** Called when the callee begins; returns the arguments. A callee may delay that. */
  readonly begin: () => readonly unknown[]
  /** Called once, possibly before the function has returned. */
  readonly resolve: Resolve
  /** Called once, when no code of the callee runs any more. */
  readonly exit?: () => void
}) => AsyncCall
