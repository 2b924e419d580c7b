import { STATUS_CODES } from 'node:http'
import { FAILURES } from '../../guest/http/messages/error-response.js'

/** A complete error response, which announces that the connection will be closed. */
export const failureResponse = (status: keyof typeof FAILURES): string => {
  const text = FAILURES[status]
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: text/plain\r\ncontent-length: ${text.length + 1}\r\n` +
    `connection: close\r\n\r\n${text}\n`
  )
}
