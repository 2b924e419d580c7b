import type { ConnectionContext } from './connection-events.js'
import type { Entry } from './delivery.js'
import { packetBytesOf } from './encode.js'

/** The limits of the broker of a connection. */
export type BrokerLimits = {
  /** Maximum number of unacknowledged publications of QoS 1 and 2. */
  readonly receiveMaximum: number
  readonly maximumQos: number
  readonly maximumPacketBytes: number
  /** Seconds for which it keeps the session, if less than requested. */
  readonly sessionExpirySeconds: number | undefined
}

/** With MQTT 3.1.1, a broker does not report limits. */
export const NO_LIMITS: BrokerLimits = {
  receiveMaximum: 0xffff,
  maximumQos: 2,
  maximumPacketBytes: Infinity,
  sessionExpirySeconds: undefined,
}

const isTooLarge = (entry: Entry, { maximumPacketBytes }: BrokerLimits): boolean =>
  packetBytesOf(entry) > maximumPacketBytes

type Parts = Pick<ConnectionContext, 'session' | 'outbox'>

const reject = ({ outbox }: Pick<Parts, 'outbox'>, entry: Entry, { maximumPacketBytes }: BrokerLimits) => {
  const bytes = packetBytesOf(entry)
  outbox.reject(
    entry,
    'size',
    `the message has ${bytes} bytes, and the broker takes at most ${maximumPacketBytes}`,
  )
}

/** Rejects a publication for which the broker would close the connection. Returns true if it may be sent. */
export const fitsBroker = (parts: Pick<Parts, 'outbox'>, entry: Entry, limits: BrokerLimits): boolean => {
  if (!isTooLarge(entry, limits)) return true
  reject(parts, entry, limits)
  return false
}

/** Applies the limits from now on, also to publications in flight that are about to be sent again. */
export const obeyLimits = (parts: Parts, limits: BrokerLimits): void => {
  const { session } = parts
  session.publishQos.limit(limits.maximumQos)
  session.window.limit(limits.receiveMaximum)
  for (const entry of session.flights.remove((each) => isTooLarge(each, limits))) reject(parts, entry, limits)
}
