// @ts-check
// Separate process: a minimal node:http server with the same answer as the plain component. Sends its port.
import { createServer } from 'node:http'

const server = createServer((_request, response) => {
  response.end('ok\n')
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0)
})
