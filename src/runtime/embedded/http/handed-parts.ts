import type { Socket } from 'node:net'
import type { HttpOptions } from '../../../model/http-options.js'
import type { Given } from '../bytes/waiter.js'

export type HandedHooks = {
  /** It is the daemon's alone again; what was read of it, in pieces. With `isLast`, it ends with what is written already. */
  readonly returned: (socket: Socket, consumed: readonly Uint8Array[], isLast: boolean) => void
  /** It has answered so many requests over its connections, for so long in all. Milliseconds. */
  readonly active: (requests: number, workedMs: number) => void
  /** A request keeps the child: what was not begun goes elsewhere. */
  readonly blocked: () => void
  readonly failed: (error: string) => void
  /** Ends the child. */
  readonly kill: () => void
  /** The child said what can't be; it is to be ended. */
  readonly breach: () => void
  /** Answers the child, which waits for it. */
  readonly takenBack: (connections: readonly number[]) => void
  readonly give: (given: Given, ask: number | undefined) => void
}

export type HandedLimits = Pick<HttpOptions, 'timeoutMs' | 'bodyMaxBytes'> & {
  readonly requestTimeoutMs: number
}
