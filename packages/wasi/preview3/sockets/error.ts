import { WitError } from '../../preview2/failure.js'
import { SocketFailure } from '../../sockets/port.js'

/** `error-code` of wasi:sockets/types. */
export type SocketErrorCode = { readonly tag: string; readonly val?: string | undefined }

const KNOWN: ReadonlySet<string> = new Set([
  'access-denied',
  'not-supported',
  'invalid-argument',
  'out-of-memory',
  'timeout',
  'invalid-state',
  'address-not-bindable',
  'address-in-use',
  'remote-unreachable',
  'connection-refused',
  'connection-broken',
  'connection-reset',
  'connection-aborted',
  'datagram-too-large',
])

export const errorCode = (code: string): SocketErrorCode =>
  KNOWN.has(code) ? { tag: code } : { tag: 'other', val: code === 'unknown' ? undefined : code }

export const socketError = (code: string): WitError<SocketErrorCode> =>
  new WitError(errorCode(code), `socket error: ${code}`)

/** Runs an operation of the network port, or of WASI 0.2, and maps its errors. */
export function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof SocketFailure) throw socketError(error.code)
    if (error instanceof WitError && typeof error.payload === 'string') throw socketError(error.payload)
    throw error
  }
}

/** The same for results that come later, from an async function or a future. */
export function resultOf<T>(
  work: () => T,
): { readonly tag: 'ok'; readonly val: T } | { readonly tag: 'err'; readonly val: SocketErrorCode } {
  try {
    return { tag: 'ok', val: work() }
  } catch (error) {
    if (error instanceof SocketFailure) return { tag: 'err', val: errorCode(error.code) }
    throw error
  }
}
