/**
 * Frames of the channel between the daemon and a child: length of the JSON text and length of the body, both 32 bits
 * little-endian, then the JSON text, then the body. Our own framing rather than Node's IPC, because `v8.deserialize`
 * is not made for input from a hostile child, because a large body is written without a copy, and because the child
 * can read it synchronously.
 */
export const FRAME_HEADER_BYTES = 8

/** A frame without its body, which the caller writes after it. */
export function encodeFrame(message: object, bodyBytes = 0): Buffer<ArrayBuffer> {
  const json = JSON.stringify(message)
  const jsonBytes = Buffer.byteLength(json)
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + jsonBytes)
  frame.writeUInt32LE(jsonBytes, 0)
  frame.writeUInt32LE(bodyBytes, 4)
  frame.write(json, FRAME_HEADER_BYTES)
  return frame
}
