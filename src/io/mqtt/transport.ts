import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { WebSocket, createWebSocketStream } from 'ws'
import type { BrokerAddress, TlsOptions } from './options.js'

/** `ws` keeps a frame in memory until it is whole; this bounds it, in bytes (and is its own default). */
const MAX_WEBSOCKET_FRAME_BYTES = 100 * 1024 * 1024

export type TransportOptions = {
  readonly address: BrokerAddress
  readonly tls: TlsOptions
  readonly timeoutMs: number
}

/**
 * Opens the byte stream to the broker, with Nagle's algorithm off. Errors, such as a refused connection or a certificate
 * that isn't trusted, arrive as its `error` event; keys or certificates that can't be read throw at once.
 */
export const openTransport = ({ address, tls, timeoutMs }: TransportOptions): Duplex => {
  const host = bareHost(address.host)
  const { port } = address
  switch (address.transport) {
    case 'tcp':
      return connectTcp({ host, port, noDelay: true })
    case 'tls': {
      const socket = connectTls({ host, port, ...serverName(host), ...trust(tls) })
      socket.setNoDelay(true)
      return socket
    }
    case 'ws':
    case 'wss': {
      // ws turns Nagle's algorithm off by itself, and sets the server name
      const socket = new WebSocket(describeAddress(address), 'mqtt', {
        ...trust(tls),
        perMessageDeflate: false,
        handshakeTimeout: timeoutMs,
        maxPayload: MAX_WEBSOCKET_FRAME_BYTES,
      })
      return createWebSocketStream(socket)
    }
  }
}

/** The address as a URL; it holds no credentials. */
export const describeAddress = ({ transport, host, port, path }: BrokerAddress): string => {
  const bare = bareHost(host)
  const base = `${transport}://${isIP(bare) === 6 ? `[${bare}]` : bare}:${port}`
  const isWebSocket = transport === 'ws' || transport === 'wss'
  return isWebSocket ? `${base}${path.startsWith('/') ? '' : '/'}${path}` : base
}

const bareHost = (host: string): string => (/^\[.*\]$/.test(host) ? host.slice(1, -1) : host)

/** RFC 6066 forbids IP addresses as a server name. */
const serverName = (host: string) => (isIP(host) === 0 ? { servername: host } : {})

const trust = ({ ca, cert, key, insecureSkipVerify }: TlsOptions) => ({
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
  rejectUnauthorized: !insecureSkipVerify,
})
