import type { Server } from 'node:http'
import type { Endpoint } from './endpoint.js'

/** Listens on the first free port and returns it. Rejects with an error worded for the user. */
export async function listen(server: Server, { host, ports }: Endpoint): Promise<number> {
  for (const port of ports) {
    const error = await attempt(server, host, port)
    if (error === undefined) return boundPort(server) ?? port
    if (error.code !== 'EADDRINUSE')
      throw new Error(`cannot listen on ${host}, port ${port}: ${error.message}`)
  }
  const [first] = ports
  const last = ports.at(-1)
  throw new Error(
    first === last ? `port ${first} is in use` : `all ports from ${first} to ${last} are in use`,
  )
}

/** Differs from the requested port if that was 0. */
function boundPort(server: Server): number | undefined {
  const address = server.address()
  return typeof address === 'object' ? address?.port : undefined
}

const attempt = (server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error)
    server.once('error', failed)
    server.listen({ host, port }, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })
