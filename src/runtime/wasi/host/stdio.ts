/**
 * Takes the bytes of one write, synchronously; may throw to end the guest (an output limit). The bytes are only valid
 * during the call.
 */
export type OutputSink = (bytes: Uint8Array) => void
