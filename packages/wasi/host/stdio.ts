import type { StreamSink, StreamSource } from './streams.js'

/** Standard input of one guest, shared by all of its readers. Once it has ended, it stays at its end. */
export type Input = Omit<StreamSource, 'close'> & {
  /** The number of bytes available; 0 before some have arrived, and at the end. */
  readonly available: number
  /** Calls `done` once, in a later turn of the event loop, when it is ready; returns a function that cancels that. */
  notify(done: () => void): () => void
}

/**
 * Accepts the bytes of one write, synchronously; may throw to end the guest (an output limit). The bytes are valid only during
 * the call.
 */
export type OutputSink = (bytes: Uint8Array) => void

/** The reported room of an output, in bytes: the capacity of a Linux pipe. */
export const OUTPUT_ROOM = 65_536

/** An output as a stream; closing it does not close the output. */
export function toStreamSink(output: OutputSink): StreamSink {
  return {
    ready: () => true,
    wait: () => undefined,
    room: () => OUTPUT_ROOM,
    write: output,
    flush: () => undefined,
    close: () => undefined,
  }
}

/** An input as a stream; closing it does not close the input. */
export const toStreamSource = (input: Input): StreamSource => ({
  ready: () => input.ready(),
  wait: (deadline) => input.wait(deadline),
  read: (length) => input.read(length),
  close: () => undefined,
})
