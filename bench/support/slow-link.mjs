// @ts-check
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const SLICE_MS = 20

/**
 * A proxy to the broker that limits the rate of what the client sends; the other direction is not limited.
 * @param {number} target port of the broker
 * @param {number} bytesPerSecond
 */
export const startSlowLink = async (target, bytesPerSecond) => {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set()
  const slice = Math.ceil((bytesPerSecond * SLICE_MS) / 1000)
  const server = createServer((client) => {
    const broker = connect(target, '127.0.0.1')
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
    broker.pipe(client)
    const timer = setInterval(() => {
      const bytes = client.read(Math.min(slice, client.readableLength))
      if (bytes !== null) broker.write(bytes)
    }, SLICE_MS)
    client.on('close', () => clearInterval(timer))
    client.on('readable', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('no port')
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
