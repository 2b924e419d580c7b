import type { StreamSink } from './streams.js'

/**
 * Takes the bytes of one write, synchronously; may throw to end the guest (an output limit). The bytes are only valid
 * during the call.
 */
export type OutputSink = (bytes: Uint8Array) => void

/** What a write to an output is said to have room for, in bytes: as much as a pipe of Linux. */
export const OUTPUT_ROOM = 65_536

/** An output as a stream; closing it leaves the output as it is. */
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
