/** How components serve HTTP; the limits are those of one task. */
export type HttpOptions = {
  /** Address to bind to. */
  readonly host: string
  /** First port tried; the next 99 are tried after it. */
  readonly port: number
  /** Maximum number of concurrent requests, being answered or waiting. */
  readonly maxRequests: number
  /** Maximum number of concurrent children. */
  readonly maxChildren: number
  /** Per request, from its head to the end of the response; 0 for no limit. */
  readonly timeoutMs: number
  /** Of a request, and of a response. */
  readonly bodyMaxBytes: number
  /** How long open requests may continue after the task is stopped. */
  readonly graceMs: number
}
