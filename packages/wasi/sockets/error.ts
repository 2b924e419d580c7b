import { WitError } from '../preview2/failure.js'
import { SocketFailure } from './port.js'

/** `error-code` of wasi:sockets/network, as the error of a function. */
export const socketError = (code: string): WitError<string> => new WitError(code, `socket error: ${code}`)

/** Maps failures of the network port to error codes. */
export function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof SocketFailure ? socketError(error.code) : error
  }
}
