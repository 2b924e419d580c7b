/** MQTT 3.1.1, section 3.2.2.3. */
const CONNACK_REASONS: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'client id rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
}

export const connackReason = (code: number): string =>
  `the broker refused the connection: ${CONNACK_REASONS[code] ?? 'unknown reason'} (${code})`

export const isAuthorizationFailure = (code: number): boolean => code === 4 || code === 5

/** One line for a log, also of errors that hold several, as Node's do when a name has several addresses. */
export const describeError = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(describeError))].join('; ')
  }
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code === undefined || error.message.includes(code) ? error.message : `${code}: ${error.message}`
}
