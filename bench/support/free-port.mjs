// @ts-check
import { once } from 'node:events'
import { createServer } from 'node:net'

/** @returns {Promise<number>} a port that was free just now */
export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
