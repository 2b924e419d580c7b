// @ts-check
// Separate process: an MQTT broker. With the argument `nagle`, it leaves Nagle's algorithm on.
import { Aedes } from 'aedes'
import { createServer } from 'node:net'
import { startBroker } from '../../dist/dev/broker.js'

const withNagle = async () => {
  const aedes = await Aedes.createBroker()
  const server = createServer((socket) => aedes.handle(socket))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0 }
}

const { port } = process.argv[2] === 'nagle' ? await withNagle() : await startBroker()
process.send?.({ port })
