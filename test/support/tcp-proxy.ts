import { connect, createServer, type Socket } from 'node:net'

export type TcpProxy = {
  readonly port: number
  /** The number of connections accepted so far. */
  readonly connections: () => number
  /** Sets the target of new connections. */
  readonly setTarget: (port: number) => void
  /** Cuts every connection, like a broken network. */
  readonly cut: () => void
  /** While false, new connections are cut at once. */
  readonly setOpen: (open: boolean) => void
  readonly close: () => Promise<void>
}

/** Receives what the client sends before it is forwarded; returns false to hold it back. */
export type Inspect = (data: Buffer) => boolean

/** Changes what the broker sends. */
export type Rewrite = (data: Buffer) => Buffer

/** A TCP proxy whose connections a test can cut at any time. */
export const startTcpProxy = async (
  target: number,
  inspect: Inspect = () => true,
  rewrite: Rewrite = (data) => data,
): Promise<TcpProxy> => {
  const sockets = new Set<Socket>()
  let port = target
  let isOpen = true
  let count = 0
  const track = (socket: Socket, other: () => Socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      other().destroy()
    })
  }
  const server = createServer((client) => {
    if (!isOpen) {
      client.destroy()
      return
    }
    count += 1
    const upstream = connect(port, '127.0.0.1')
    track(client, () => upstream)
    track(upstream, () => client)
    client.on('data', (data: Buffer) => {
      if (inspect(data)) upstream.write(data)
    })
    upstream.on('data', (data: Buffer) => client.write(rewrite(data)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('no port')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    connections: () => count,
    setTarget: (next) => (port = next),
    cut,
    setOpen: (open) => (isOpen = open),
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
