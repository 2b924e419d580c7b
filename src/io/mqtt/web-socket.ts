import { WebSocket, createWebSocketStream } from 'ws'
import type { OpenWebSocket } from './options.js'

/** `ws` buffers a frame until it is complete; this limits its size in bytes (and is the default of `ws`). */
const MAX_FRAME_BYTES = 100 * 1024 * 1024

/** Opens a WebSocket as a stream. `ws` disables Nagle's algorithm and sets the server name itself. */
export const openWebSocket: OpenWebSocket = (url, options) =>
  createWebSocketStream(
    new WebSocket(url, 'mqtt', { ...options, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES }),
  )
