// @ts-check
// A process of its own: the smallest server of node:http, which answers what the plain component does. Sends its port.
import { createServer } from 'node:http'

const server = createServer((_request, response) => {
  response.end('ok\n')
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0)
})
