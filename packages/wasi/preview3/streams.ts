import type { Channel, Items } from '@proplet/component/link/async/channel.js'
import { consume, hostFuture, hostStream } from '@proplet/component/link/async/host.js'
import type { HostWork } from '@proplet/component/link/async/work.js'
import { HostError } from '../host/errors.js'
import type { Input } from '../host/stdio.js'
import { WitError } from '../preview2/failure.js'
import type { InputStream } from '../preview2/input-stream.js'
import { IoError } from '../preview2/io-error.js'
import type { ErrorCode } from '../preview2/error-code.js'
import type { OutputStream } from '../preview2/output-stream.js'

/** A stream that is read, and a future of how it ended. */
export type Reading = readonly [stream: Channel, end: Channel]

const OK = { tag: 'ok' }

/** A host stream; `next` returns undefined at the end, and may throw errors that `failureOf` maps. */
export function readFrom(
  next: (count: number) => Items | undefined,
  failureOf: (error: unknown) => unknown,
  close: () => void = () => undefined,
): Reading {
  const { future, resolve } = hostFuture()
  let isOver = false
  const end = (result: unknown) => {
    if (!isOver) resolve(result)
    isOver = true
  }
  const take = (count: number): Items | undefined => {
    try {
      const items = next(count)
      if (items === undefined) end(OK)
      return items
    } catch (error) {
      end({ tag: 'err', val: failureOf(error) })
      return undefined
    }
  }
  const stream = hostStream({
    take,
    close: () => {
      end(OK)
      close()
    },
  })
  return [stream, future]
}

/** Standard input at its end. */
export const emptyStream = (): Reading =>
  readFrom(
    () => undefined,
    (error) => {
      throw error
    },
  )

const MAX_READ_BYTES = 65_536

/** The bytes of an input, as they arrive. */
export function readWhenReady(work: HostWork, input: Input): Reading {
  const { future, resolve } = hostFuture()
  let result: unknown = OK
  const stream = work.stream({
    next: (done) => input.notify(() => done(read())),
    close: () => resolve(result),
  })
  return [stream, future]

  function read(): Uint8Array | undefined {
    try {
      return input.read(MAX_READ_BYTES)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      result = { tag: 'err', val: 'io' }
      return undefined
    }
  }
}

/** The bytes of a WASI 0.2 stream that always has data or is at its end. */
export function readInput(input: InputStream, toError: (code: ErrorCode) => unknown): Reading {
  const next = (count: number) => {
    try {
      return input.read(BigInt(count))
    } catch (error) {
      if (isClosed(error)) return undefined
      throw error
    }
  }
  return readFrom(next, streamFailure(toError), () => input[Symbol.dispose]())
}

/** Writes everything from a guest's stream; the future reports the result. */
export function writeTo(data: unknown, output: OutputStream, toError: (code: ErrorCode) => unknown): Channel {
  const { future, resolve } = hostFuture()
  const failureOf = streamFailure(toError)
  consume(data, {
    put: (items) => {
      if (!(items instanceof Uint8Array)) throw new TypeError('expected bytes')
      try {
        for (let rest = items; rest.length > 0;) {
          const piece = rest.subarray(0, Number(output.checkWrite()))
          output.write(piece)
          rest = rest.subarray(piece.length)
        }
        return true
      } catch (error) {
        resolve({ tag: 'err', val: failureOf(error) })
        output[Symbol.dispose]()
        return false
      }
    },
    end: () => {
      output[Symbol.dispose]()
      resolve(OK)
    },
  })
  return future
}

/** Standard streams have a smaller set of errors. */
export const writeOutput = (data: unknown, output: OutputStream): Channel => writeTo(data, output, () => 'io')

const isClosed = (error: unknown): boolean => tagOf(error) === 'closed'

const streamFailure =
  (toError: (code: ErrorCode) => unknown) =>
  (error: unknown): unknown => {
    if (!(error instanceof WitError) || tagOf(error) !== 'last-operation-failed') throw error
    const cause: unknown = Reflect.get(Object(error.payload), 'val')
    if (!(cause instanceof IoError)) throw error
    return toError(IoError.toErrorCode(cause))
  }

const tagOf = (error: unknown): unknown =>
  error instanceof WitError && typeof error.payload === 'object' && error.payload !== null
    ? Reflect.get(error.payload, 'tag')
    : undefined
