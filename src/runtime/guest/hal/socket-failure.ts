import type { NetworkError } from '../protocol.js'
import { failure, type HalFailure } from '../../hal/failure.js'

/** What the daemon says of a socket, as guests of the HAL are told. `what`: where it was to lead. */
export const socketFailure =
  (what: string) =>
  (error: NetworkError | undefined): HalFailure => {
    const tag = error?.tag ?? 'connection-reset'
    if (tag === 'access-denied') return failure('permission', `${what} is not in PROPLET_NETWORK`)
    return failure('network', tag.replaceAll('-', ' '))
  }
