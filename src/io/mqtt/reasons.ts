import { codeOf } from '../../model/code-of.js'
import { messageOf } from '../../model/message-of.js'

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

/** What a connection failed with, for a log: the message, and the code where the message leaves it out. */
export const describeError = (error: unknown): string => {
  const [code, message] = [codeOf(error), messageOf(error)]
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`
}
