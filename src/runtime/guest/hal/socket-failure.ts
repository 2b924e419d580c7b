import type { NetworkError } from '../channel/protocol.js'
import { failure, type HalFailure } from '../../hal/failure.js'

/** Translates an error of the daemon about a socket for guests of the HAL. `what` is the destination. */
export const socketFailure =
  (what: string) =>
  (error: NetworkError | undefined): HalFailure => {
    const tag = error?.tag ?? 'connection-reset'
    if (tag === 'access-denied') return failure('permission', `${what} is not in PROPLET_NETWORK`)
    return failure('network', tag.replaceAll('-', ' '))
  }
