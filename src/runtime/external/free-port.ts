import { createServer } from 'node:net'

/** The first of the ports that nobody listens at, and that `isTaken` does not know; undefined when all are busy. */
export async function findFreePort(
  host: string,
  ports: readonly number[],
  isTaken: (port: number) => boolean,
): Promise<number | undefined> {
  for (const port of ports) {
    if (!isTaken(port) && (await isFree(host, port))) return port
  }
  return undefined
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
