import type { Duplex } from 'node:stream'
import type { BackoffOptions } from './backoff.js'
import type { Sliced } from '../../model/sliced.js'
import type { LinkJournal } from './journal.js'

/** The address of the broker; `path` is that of a WebSocket URL, and unused otherwise. */
export type BrokerAddress = {
  readonly transport: 'tcp' | 'tls' | 'ws' | 'wss'
  /** A name or an IP address, IPv6 with or without brackets. */
  readonly host: string
  readonly port: number
  readonly path: string
}

/** PEM texts. */
export type TlsOptions = {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly insecureSkipVerify: boolean
}

export type MqttLog = {
  readonly debug: (details: object, message: string) => void
  readonly info: (details: object, message: string) => void
  readonly warn: (details: object, message: string) => void
  readonly error: (details: object, message: string) => void
}

export type Qos = 0 | 1 | 2

export type Mqtt5Options = {
  /** How long the broker keeps the session of an absent client, in seconds; 0xffffffff: forever. */
  readonly sessionExpirySeconds: number
  /** Messages of QoS 1 and 2 that the broker may send before one of them is acknowledged, from 1 to 65535. */
  readonly receiveMaximum: number
}

/** Opens a connection for MQTT as a stream, with the trust of `node:tls` and a time limit in milliseconds. */
export type OpenWebSocket = (
  url: string,
  options: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly rejectUnauthorized: boolean
    readonly handshakeTimeout: number
  },
) => Duplex

export type MqttOptions = {
  readonly address: BrokerAddress
  readonly tls: TlsOptions
  /** Needed only for `ws` and `wss` addresses, so that its code is loaded only for them: see `web-socket.ts`. */
  readonly openWebSocket?: OpenWebSocket
  readonly clientId: string
  readonly username: string
  readonly password: string
  /** `m/{domain}/c/{channel}`, without a trailing slash. */
  readonly topicPrefix: string
  /** Subtopics, matched exactly. */
  readonly subscriptions: readonly string[]
  /** Subscriptions that the broker may refuse. */
  readonly optional?: readonly string[]
  /**
   * Messages of `subtopic` overtake others that wait to be delivered; those of `ordered` only if all of them concern other tasks,
   * according to their `id`.
   */
  readonly precedence?: { readonly subtopic: string; readonly ordered: readonly string[] }
  /** Whether to deliver retained messages (default); otherwise they are acknowledged and dropped. */
  readonly retained?: boolean
  /** Work on the payload of a large message before it is delivered, done while the event loop turns. */
  readonly ahead?: (subtopic: string, payload: Uint8Array) => Sliced<void>
  /** The Last Will. */
  readonly will?: { readonly subtopic: string; readonly payload: object }
  /** Whether the broker discards the session at the end: for clients that do not come back. By default it keeps the session. */
  readonly cleanSession?: boolean
  /** Speaks MQTT 5 with these options; by default MQTT 3.1.1. */
  readonly mqtt5?: Mqtt5Options | undefined
  readonly qos: Qos
  readonly keepAliveSeconds: number
  /** Limit for connecting, for a SUBACK and for the acknowledgement of a publication, each. */
  readonly timeoutMs: number
  /** In both directions: a larger publication is rejected, a larger message is acknowledged and dropped. */
  readonly maxPacketBytes: number
  /** Maximum number of unacknowledged publications. */
  readonly inflight: number
  readonly backoff: Omit<BackoffOptions, 'random'>
  /** Without it, nothing outlives the process. */
  readonly journal?: LinkJournal | undefined
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly log: MqttLog
}

/** The subtopics of the subscriptions, by topic. */
export const topicsOf = ({
  topicPrefix,
  subscriptions,
}: Pick<MqttOptions, 'topicPrefix' | 'subscriptions'>): ReadonlyMap<string, string> =>
  new Map(subscriptions.map((subtopic) => [`${topicPrefix}/${subtopic}`, subtopic]))
