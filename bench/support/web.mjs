// @ts-check
// Separate process: serves `/<bytes>/<seed>`, see `paddedAdd`, over HTTP.
import { createServer } from 'node:http'
import { paddedAdd } from './modules.mjs'

const server = createServer((request, response) => {
  const [, bytes, seed] = (request.url ?? '').split('/').map(Number)
  const body = paddedAdd(bytes ?? 0, seed ?? 0)
  response.writeHead(200, { 'content-type': 'application/wasm', 'content-length': body.length }).end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined })
})
