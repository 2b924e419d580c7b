import { toError } from '../model/to-error.js'

/** A call without a valid response. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code = 'call'
}

export type UnaryCall = {
  /** `host:port`, or `unix:` and a path. */
  readonly address: string
  /** `/package.Service/Method`. */
  readonly method: string
  readonly request: Uint8Array
  readonly timeoutMs: number
}

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

/** One gRPC call without TLS, with messages as bytes. Rejects with a `CallError`, or the reason of the signal. */
export const unaryCall = async (
  { address, method, request, timeoutMs }: UnaryCall,
  signal: AbortSignal,
): Promise<Buffer> => {
  signal.throwIfAborted()
  // Large, and few proplets need it.
  const { Client, credentials, Metadata } = await import('@grpc/grpc-js')
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_retries': 0,
  })
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const call = client.makeUnaryRequest<Uint8Array, Buffer>(
        method,
        (bytes) => Buffer.from(bytes),
        (bytes) => bytes,
        request,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error, answer) => {
          signal.removeEventListener('abort', cancel)
          if (signal.aborted) reject(toError(signal.reason))
          else if (error) reject(new CallError(`${address} answered ${error.details}`, { cause: error }))
          else resolve(answer ?? Buffer.alloc(0))
        },
      )
      const cancel = () => call.cancel()
      signal.addEventListener('abort', cancel, { once: true })
    })
  } finally {
    client.close()
  }
}
