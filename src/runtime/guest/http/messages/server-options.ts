const HEADERS_TIMEOUT_MS = 10_000
/** How often Node.js looks for connections whose request head is late; its default is 30 s. */
const HEADERS_CHECK_MS = 1_000
const KEEP_ALIVE_MS = 5_000

/** Of each server of HTTP, in the daemon and in children: a client does not notice which one reads its requests. */
export const SERVER_OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: HEADERS_CHECK_MS,
} as const

/** How long a whole request may take to come, in milliseconds; 0: without limit. */
export const requestTimeoutOf = (timeoutMs: number): number =>
  timeoutMs > 0 ? Math.max(timeoutMs, HEADERS_TIMEOUT_MS) : 0
