import type { HostError } from '../host/errors.js'
import { WitError } from './failure.js'
import { IoError } from './io-error.js'

/** `stream-error` of wasi:io/streams. */
export type StreamError =
  { readonly tag: 'last-operation-failed'; readonly val: IoError } | { readonly tag: 'closed' }

export const streamClosed = (): WitError<StreamError> =>
  new WitError<StreamError>({ tag: 'closed' }, 'closed')

export const operationFailed = (cause: HostError): WitError<StreamError> =>
  new WitError<StreamError>(
    { tag: 'last-operation-failed', val: new IoError(cause) },
    'last operation failed',
    {
      cause,
    },
  )
