#!/usr/bin/env node
// Listens where it is told. It ends when it is asked for /end, or, with MODE=early, before it listens.
import { createServer } from 'node:http'
import process from 'node:process'

const args = process.argv.slice(2)
const [host, port] = args[args.indexOf('--addr') + 1].split(':')
if (process.env.MODE === 'early') {
  console.error('no, thanks')
  process.exit(0)
}
const server = createServer((request, response) => {
  response.end(args.join(' '), () => {
    if (request.url === '/end') process.exit(0)
  })
})
server.listen(Number(port), host, () => {
  if (process.env.MODE !== 'silent') console.error(`Serving HTTP on http://${host}:${port}/`)
})
