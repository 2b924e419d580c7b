import { Aedes, type AedesOptions } from 'aedes'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { WebSocketServer, createWebSocketStream } from 'ws'
import { mendReading, mendSessions } from './mend-aedes.js'

export type BrokerOptions = {
  readonly host?: string
  /** 0, the default, for a free port. */
  readonly port?: number
  /** Serves MQTT over TLS. */
  readonly tls?: TlsOptions
  /** Serves MQTT over WebSocket, at any path. */
  readonly webSocket?: boolean
  /** Authentication, authorization and persistence, for tests. */
  readonly aedes?: AedesOptions
}

export type Broker = {
  readonly port: number
  /** Closes every connection and stops listening. */
  readonly close: () => Promise<void>
}

/** Starts an MQTT broker in this process, on TCP without Nagle's algorithm. Rejects if it cannot listen. */
export const startBroker = async (options: BrokerOptions = {}): Promise<Broker> => {
  const { host = '127.0.0.1', port = 0 } = options
  const aedes = await Aedes.createBroker(options.aedes ?? {})
  mendSessions(aedes)
  const sockets = new Set<Socket>()
  const server = createServer(options, aedes)
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const closeBroker = () => new Promise<void>((resolve) => aedes.close(resolve))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch(async (error: unknown) => {
    await closeBroker()
    throw error
  })
  const address = server.address()
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await closeBroker()
    },
  }
}

const createServer = ({ tls, webSocket }: BrokerOptions, aedes: Aedes): Server => {
  if (webSocket === true) {
    const server = tls === undefined ? createHttpServer() : createHttpsServer(tls)
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt', perMessageDeflate: false })
    sockets.on('connection', (socket) => aedes.handle(mendReading(createWebSocketStream(socket))))
    return server
  }
  // aedes handles errors of connections itself
  if (tls !== undefined) return createTlsServer(tls, (socket) => aedes.handle(mendReading(socket)))
  return createTcpServer((socket) => aedes.handle(mendReading(socket)))
}
