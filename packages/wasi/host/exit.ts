/** Thrown through the guest when it asks to end: with that status (0 to 2^32 - 1). */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit'
  readonly status: number

  constructor(status: number) {
    super(`the guest exited with status ${status}`)
    this.status = status
  }
}
