/** Why a command failed: one line for people, and an exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exit: number
  /** A hint on a separate line. */
  readonly hint: string | undefined

  constructor(exit: number, message: string, hint?: string) {
    super(message)
    this.exit = exit
    this.hint = hint
  }
}
