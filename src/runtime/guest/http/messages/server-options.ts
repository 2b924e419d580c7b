const HEADERS_TIMEOUT_MS = 10_000
/** How often Node.js looks for connections whose request head is late; its default is 30 s. */
const HEADERS_CHECK_MS = 1_000
const KEEP_ALIVE_MS = 5_000

/** The same for HTTP servers in the daemon and in children, so that clients do not notice which one reads their requests. */
export const SERVER_OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: HEADERS_CHECK_MS,
} as const

/** Time in which a whole request must arrive, in milliseconds; 0 for no limit. */
export const requestTimeoutOf = (timeoutMs: number): number =>
  timeoutMs > 0 ? Math.max(timeoutMs, HEADERS_TIMEOUT_MS) : 0
