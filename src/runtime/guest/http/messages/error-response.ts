import type { ServerResponse } from 'node:http'
import type { HttpField } from '../../channel/protocol.js'

/** The text of the response if a component fails, by status. */
export const FAILURES = { 500: 'the component failed', 504: 'the component did not answer in time' } as const

/** Answers with a line of text. */
export const answerText = (
  response: ServerResponse,
  status: number,
  text: string,
  headers: readonly HttpField[] = [],
): void => {
  const fields = [['content-type', 'text/plain'], ['content-length', `${text.length + 1}`], ...headers]
  response.writeHead(status, fields.flat()).end(`${text}\n`)
}

/** Refuses a request that no guest has seen, and closes the connection. */
export const refuseRequest = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${text}\n`)
}
