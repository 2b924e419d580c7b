import { codeOf } from '../../model/code-of.js'
import { messageOf } from '../../model/message-of.js'

/** MQTT 3.1.1, section 3.2.2.3; brokers without MQTT 5 also answer a CONNECT of MQTT 5 with these codes. */
const CONNACK_REASONS: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'client id rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
}

/** MQTT 5, section 2.4. */
const REASONS: Readonly<Record<number, string>> = {
  0: 'normal disconnection',
  0x80: 'unspecified error',
  0x81: 'malformed packet',
  0x82: 'protocol error',
  0x83: 'implementation specific error',
  0x84: 'unsupported protocol version',
  0x85: 'client id rejected',
  0x86: 'bad user name or password',
  0x87: 'not authorized',
  0x88: 'server unavailable',
  0x89: 'server busy',
  0x8a: 'banned',
  0x8b: 'server shutting down',
  0x8c: 'bad authentication method',
  0x8d: 'keep-alive timeout',
  0x8e: 'session taken over by another client of the same client ID',
  0x8f: 'topic filter invalid',
  0x90: 'topic name invalid',
  0x91: 'packet identifier in use',
  0x92: 'packet identifier not found',
  0x93: 'receive maximum exceeded',
  0x94: 'topic alias invalid',
  0x95: 'packet too large',
  0x96: 'message rate too high',
  0x97: 'quota exceeded',
  0x98: 'administrative action',
  0x99: 'payload format invalid',
  0x9a: 'retain not supported',
  0x9b: 'QoS not supported',
  0x9c: 'use another server',
  0x9d: 'server moved',
  0x9e: 'shared subscriptions not supported',
  0x9f: 'connection rate exceeded',
  0xa0: 'maximum connect time',
  0xa1: 'subscription identifiers not supported',
  0xa2: 'wildcard subscriptions not supported',
}

/** Maximum length of a quoted reason of the broker. */
const MAX_WORDS = 200

const UNSUPPORTED_VERSION: readonly number[] = [1, 0x84]
const UNAUTHORIZED: readonly number[] = [4, 5, 0x85, 0x86, 0x87]
/** Refusals that are permanent: a repetition would be refused, too. */
const FINAL: readonly number[] = [0x87, 0x90, 0x95, 0x99, 0x9b]

/** Receive maximum or quota exceeded. */
const OVER_QUOTA: readonly number[] = [0x93, 0x97]

export type MqttVersion = '3.1.1' | '5'

/** A reason code with the broker's optional text. */
export type Reason = { readonly code: number; readonly words?: string | undefined }

/** Whether a reason code of MQTT 5 is a refusal. */
export const isRefusal = (code: number | undefined): code is number => code !== undefined && code >= 0x80

const describe = (reasons: Readonly<Record<number, string>>, { code, words }: Reason): string => {
  const known = `${reasons[code] ?? 'unknown reason'} (${code})`
  if (words === undefined || words === '') return known
  return `${known}: ${words.slice(0, MAX_WORDS).replaceAll(/\p{Cc}/gu, '?')}`
}

/** A reason code of MQTT 5 as text for a log. */
export const describeReason = (reason: Reason): string => describe(REASONS, reason)

/**
 * Why a broker refused a connection, from the code of its CONNACK.
 *
 * @example
 * ```ts
 * connackReason({ code: 1 }, '5')
 * // 'the broker refused the connection: unacceptable protocol version (1); it does not speak MQTT 5: set PROPLET_MQTT_VERSION=3.1.1'
 * ```
 */
export const connackReason = (reason: Reason, version: MqttVersion): string => {
  const described = describe(isRefusal(reason.code) ? REASONS : CONNACK_REASONS, reason)
  const text = `the broker refused the connection: ${described}`
  if (!UNSUPPORTED_VERSION.includes(reason.code)) return text
  const other: MqttVersion = version === '5' ? '3.1.1' : '5'
  return `${text}; it does not speak MQTT ${version}: set PROPLET_MQTT_VERSION=${other}`
}

const UNANSWERED = 'closed by the broker before it accepted the connection'
const UNANSWERED_REASONS: Readonly<Record<MqttVersion, string>> = {
  '3.1.1': `${UNANSWERED}: it is not ready, or refuses the client ID or the Last Will`,
  5: `${UNANSWERED}: if it does not speak MQTT 5, set PROPLET_MQTT_VERSION=3.1.1`,
}

/**
 * Why a connection ended that the broker closed without a reason. Some brokers do so if they do not support the
 * version, or something in the request to connect.
 */
export const closedReason = (version: MqttVersion, isAnswered: boolean): string =>
  isAnswered ? 'closed by the broker' : UNANSWERED_REASONS[version]

export const isAuthorizationFailure = (code: number): boolean => UNAUTHORIZED.includes(code)

/** Whether a publication refused with this code must not be tried again. */
export const isFinalRefusal = (code: number): boolean => FINAL.includes(code)

/** Whether the broker has no room for another publication now. */
export const isOverQuota = (code: number | undefined): boolean =>
  code !== undefined && OVER_QUOTA.includes(code)

/** Why a connection failed, for a log: the message, and the code unless the message contains it. */
export const describeError = (error: unknown): string => {
  const [code, message] = [codeOf(error), messageOf(error)]
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`
}
