import type { ServerResponse } from 'node:http'

type Answer = {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Responds with a short body at once. */
export const answer = (
  response: ServerResponse,
  body: string,
  { status = 200, type = 'text/plain; charset=utf-8', headers = {} }: Answer = {},
): void => {
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

export const answerJson = (response: ServerResponse, body: object, status = 200): void =>
  answer(response, `${JSON.stringify(body)}\n`, { status, type: 'application/json' })
