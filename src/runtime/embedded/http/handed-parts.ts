import type { Socket } from 'node:net'
import type { HttpOptions } from '../../../model/http-options.js'
import type { Given } from '../bytes/waiter.js'

export type HandedHooks = {
  /** Only the daemon has the connection now. `consumed`: what the child read from it. `isLast`: nothing more is to be written. */
  readonly returned: (socket: Socket, consumed: readonly Uint8Array[], isLast: boolean) => void
  /** The child has answered this many more requests of its connections, in this many milliseconds in all. */
  readonly active: (requests: number, workedMs: number) => void
  /** A long request occupies the child, so its connections without a begun request are taken back. */
  readonly blocked: () => void
  readonly failed: (error: string) => void
  /** Kills the child. */
  readonly kill: () => void
  /** The child violated the channel protocol and must be killed. */
  readonly breach: () => void
  /** Answers `late`, for which the child waits. */
  readonly takenBack: (connections: readonly number[]) => void
  readonly give: (given: Given, ask: number | undefined) => void
}

export type HandedLimits = Pick<HttpOptions, 'timeoutMs' | 'bodyMaxBytes'> & {
  readonly requestTimeoutMs: number
}
