import { connect as connectTcp, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { BrokerAddress, OpenWebSocket, TlsOptions } from './options.js'

export type TransportOptions = {
  readonly address: BrokerAddress
  readonly tls: TlsOptions
  readonly timeoutMs: number
  readonly openWebSocket?: OpenWebSocket | undefined
}

/**
 * Opens the byte stream to the broker, without Nagle's algorithm. Errors, such as a refused connection or an untrusted
 * certificate, arrive as its `error` event; unreadable keys or certificates throw at once.
 */
export const openTransport = ({ address, tls, timeoutMs, openWebSocket }: TransportOptions): Duplex => {
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
    case 'wss':
      if (openWebSocket === undefined) throw new Error(`nothing opens ${address.transport} addresses`)
      return openWebSocket(describeAddress(address), { ...trust(tls), handshakeTimeout: timeoutMs })
  }
}

/** The address as a URL, without credentials. */
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
