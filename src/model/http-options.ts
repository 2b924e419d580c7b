/** How components serve HTTP; the limits are those of one task. */
export type HttpOptions = {
  /** Address to bind to. */
  readonly host: string
  /** First port tried; the next 99 are tried after it. */
  readonly port: number
  /** Requests at once, answered or waiting. */
  readonly maxRequests: number
  /** Children at once. */
  readonly maxChildren: number
  /** For one request, from its head to the end of the response; 0: none. */
  readonly timeoutMs: number
  /** Of a request, and of a response. */
  readonly bodyMaxBytes: number
  /** How long requests may go on when the task is stopped. */
  readonly graceMs: number
}
