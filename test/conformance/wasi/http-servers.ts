import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Endpoint, Server } from './spec.js'

/** Starts the servers that a test of a client needs; environment variables tell the guest their addresses. */
export async function startServers(servers: readonly Server[]): Promise<{
  readonly env: Readonly<Record<string, string>>
  readonly close: () => void
}> {
  const started: HttpServer[] = []
  const env: Record<string, string> = {}
  for (const { name, kind, endpoints = [] } of servers) {
    const server = createServer((request, response) => {
      answer(endpoints, request, response).catch((error: unknown) => {
        // Some tests abort a request.
        response.destroy(error instanceof Error ? error : undefined)
      })
    })
    const port = await listen(server)
    env[`HTTP_SERVER_${name.toUpperCase()}`] = `127.0.0.1:${port}`
    if (kind === 'closed') server.close()
    else started.push(server)
  }
  return {
    env,
    close: () => {
      for (const server of started) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

const listen = (server: HttpServer): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

async function answer(
  endpoints: readonly Endpoint[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const endpoint = endpoints.find(({ method, path }) => method === request.method && path === request.url)
  if (endpoint === undefined) {
    response.writeHead(404).end()
    return
  }
  if (endpoint.mode === 'echo-body') {
    response.writeHead(200).end(Buffer.concat(chunks))
    return
  }
  if (endpoint.mode === 'echo-headers') {
    response.writeHead(200, echoOf(request)).end()
    return
  }
  const { status = 200, headers = {}, body, chunks: parts, trailers } = endpoint.response ?? {}
  if (parts === undefined) {
    response.writeHead(status, headers).end(body)
    return
  }
  response.writeHead(status, { ...headers, ...(trailers && { trailer: Object.keys(trailers).join(', ') }) })
  for (const part of parts) response.write(part)
  if (trailers !== undefined) response.addTrailers(trailers)
  response.end()
}

/** The lines of the request's head and trailers. */
function echoOf({ method = '', url = '', rawHeaders, rawTrailers }: IncomingMessage): string[] {
  const lines = ['x-request-method', method, 'x-request-path', url]
  for (let at = 0; at < rawHeaders.length; at += 2)
    lines.push(`x-echo-${rawHeaders[at] ?? ''}`, rawHeaders[at + 1] ?? '')
  for (let at = 0; at < rawTrailers.length; at += 2)
    lines.push(`x-trailer-${rawTrailers[at] ?? ''}`, rawTrailers[at + 1] ?? '')
  return lines
}
