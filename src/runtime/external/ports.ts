import { createServer } from 'node:net'

/** The ports of servers that run or are about to. */
export class Ports {
  readonly #taken = new Set<number>()

  /** Reserves the first free port until it is released; undefined if all are in use. */
  async take(host: string, ports: readonly number[]): Promise<number | undefined> {
    for (const port of ports) {
      if (this.#taken.has(port)) continue
      this.#taken.add(port)
      if (await isFree(host, port)) return port
      this.#taken.delete(port)
    }
    return undefined
  }

  release(port: number): void {
    this.#taken.delete(port)
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
