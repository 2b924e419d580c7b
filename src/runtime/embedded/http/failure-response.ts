const TEXTS = { 500: 'Internal Server Error', 504: 'Gateway Timeout' } as const

/** A whole response, after which the connection is closed. */
export const failureResponse = (status: keyof typeof TEXTS, text: string): string =>
  `HTTP/1.1 ${status} ${TEXTS[status]}\r\ncontent-type: text/plain\r\ncontent-length: ${text.length + 1}\r\n` +
  `connection: close\r\n\r\n${text}\n`
