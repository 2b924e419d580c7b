import { MqttClient } from 'mqtt'
import { connect } from 'node:net'
import { Observable, share } from 'rxjs'

export type PeerOptions = {
  readonly host?: string
  readonly port: number
  /** `m/{domain}/c/{channel}` */
  readonly prefix: string
  readonly clientId?: string
  readonly username?: string
  readonly password?: string
  readonly qos?: 0 | 1 | 2
}

export type PeerMessage = { readonly subtopic: string; readonly payload: Buffer }

/** An MQTT client on the other side of the channel, used by the Manager and the Proxy. */
export type Peer = {
  /** Hot: messages on the subscribed subtopics. */
  readonly messages$: Observable<PeerMessage>
  /** Resolves when the broker has acknowledged it. A Buffer is sent unchanged, anything else as JSON. */
  readonly publish: (subtopic: string, payload: object) => Promise<void>
  readonly close: () => Promise<void>
}

/** Connects and subscribes; rejects if either fails. Reconnects on its own later. */
export const connectPeer = async (options: PeerOptions, subtopics: readonly string[]): Promise<Peer> => {
  const { host = '127.0.0.1', port, prefix, clientId, username, password, qos = 2 } = options
  const client = new MqttClient(() => connect({ host, port, noDelay: true }), {
    protocolVersion: 4,
    reconnectPeriod: 200,
    ...(clientId === undefined ? {} : { clientId }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  })
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
    })
    const topics = subtopics.map((subtopic) => `${prefix}/${subtopic}`)
    if (topics.length > 0) await client.subscribeAsync(topics, { qos })
  } catch (error) {
    client.end(true)
    throw error
  }
  // the client reconnects
  client.on('error', () => undefined)
  const messages$ = new Observable<PeerMessage>((subscriber) => {
    const onMessage = (topic: string, payload: Buffer) =>
      subscriber.next({ subtopic: topic.slice(prefix.length + 1), payload })
    client.on('message', onMessage)
    return () => client.off('message', onMessage)
  })
  return {
    messages$: messages$.pipe(share()),
    publish: async (subtopic, payload) => {
      const body = Buffer.isBuffer(payload) ? payload : JSON.stringify(payload)
      await client.publishAsync(`${prefix}/${subtopic}`, body, { qos })
    },
    close: () => client.endAsync(true),
  }
}
