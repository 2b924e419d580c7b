import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Asset } from './assets.js'
import { PAGE_HEADERS } from './headers.js'

/** Serves a file of the page; responds with 304 if the browser already has it. */
export const serveFile = (
  { headers }: IncomingMessage,
  response: ServerResponse,
  { body, type, etag }: Asset,
): void => {
  const isKnown = (headers['if-none-match'] ?? '').split(',').some((each) => each.trim() === etag)
  const common = { ...PAGE_HEADERS, etag, 'cache-control': 'no-cache' }
  if (isKnown) response.writeHead(304, common).end()
  else response.writeHead(200, { ...common, 'content-type': type, 'content-length': body.length }).end(body)
}
