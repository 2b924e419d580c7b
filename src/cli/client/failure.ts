/** Why a command ends without what was asked for: a line for people, and an exit code. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exit: number
  /** What may help, on a line of its own. */
  readonly hint: string | undefined

  constructor(exit: number, message: string, hint?: string) {
    super(message)
    this.exit = exit
    this.hint = hint
  }
}
