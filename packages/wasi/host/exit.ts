/**
 * Thrown through the guest when it exits with a status (0 to 2^32 - 1).
 *
 * ```ts
 * try {
 *   start()
 * } catch (error) {
 *   if (!(error instanceof ProcessExit)) throw error
 *   process.exitCode = error.status
 * }
 * ```
 */
export class ProcessExit extends Error {
  override readonly name = 'ProcessExit'
  readonly status: number

  constructor(status: number) {
    super(`the guest exited with status ${status}`)
    this.status = status
  }
}
