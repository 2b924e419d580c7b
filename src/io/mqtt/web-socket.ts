import { WebSocket, createWebSocketStream } from 'ws'
import type { OpenWebSocket } from './options.js'

/** `ws` keeps a frame in memory until it is whole; this bounds it, in bytes (and is its own default). */
const MAX_FRAME_BYTES = 100 * 1024 * 1024

/** Opens a WebSocket as a stream. `ws` turns Nagle's algorithm off by itself, and sets the server name. */
export const openWebSocket: OpenWebSocket = (url, options) =>
  createWebSocketStream(
    new WebSocket(url, 'mqtt', { ...options, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES }),
  )
