import type { StreamSink, StreamSource } from './streams.js'

/** Standard input of one guest, which whatever reads from it shares. Once it has ended, it stays at its end. */
export type Input = Omit<StreamSource, 'close'> & {
  /** How many bytes are at hand; 0 before some have come, and at the end. */
  readonly available: number
  /**
   * Calls `done` once, in a later turn of the event loop, when it is ready; the function that it returns takes that back.
   */
  notify(done: () => void): () => void
}

/**
 * Takes the bytes of one write, synchronously; may throw to end the guest (an output limit). The bytes are only valid
 * during the call.
 */
export type OutputSink = (bytes: Uint8Array) => void

/** What a write to an output is said to have room for, in bytes: as much as a pipe of Linux. */
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
