import {
  Subject,
  Subscription,
  filter,
  firstValueFrom,
  lastValueFrom,
  merge,
  of,
  startWith,
  tap,
  timeout,
} from 'rxjs'
import type { Connection, InboundMessage } from '../../src/model/connection.js'
import type { Publication } from '../../src/model/publication.js'
import { openMqtt, type MqttLink, type MqttOptions } from '../../src/io/mqtt/index.js'
import type { Delivery } from '../../src/model/delivery.js'

export const PREFIX = 'm/domain/c/channel'

export type LogLine = { readonly level: string; readonly details: object; readonly message: string }

/** A link under test, with everything that it has emitted since it was opened. */
export type TestLink = {
  readonly link: MqttLink
  readonly lines: LogLine[]
  /** The messages logged at a level, with details. */
  readonly logged: (level: string) => string[]
  readonly connections: Connection[]
  readonly messages: InboundMessage[]
  /** Waits until the condition holds; it is checked when the connection state changes or a message arrives. */
  readonly until: (condition: () => boolean) => Promise<void>
  /** Waits until the connection has come up this many times. */
  readonly up: (times?: number) => Promise<void>
  /** Waits for this many messages; resolves to the payloads of all. */
  readonly received: (n: number) => Promise<string[]>
  /** The final delivery of the publication. */
  readonly deliver: (publication: Publication) => Promise<Delivery>
  readonly close: () => void
}

export const mqttOptions = (port: number, overrides: Partial<MqttOptions> = {}): MqttOptions => ({
  address: { transport: 'tcp', host: '127.0.0.1', port, path: '/mqtt' },
  tls: { insecureSkipVerify: false },
  clientId: 'proplet-1',
  username: 'proplet-1',
  password: 'top-secret-key',
  topicPrefix: PREFIX,
  subscriptions: ['control/manager/start', 'control/manager/stop', 'registry/server'],
  will: { subtopic: 'control/proplet/alive', payload: { status: 'offline', proplet_id: 'proplet-1' } },
  qos: 2,
  keepAliveSeconds: 30,
  timeoutMs: 5000,
  maxPacketBytes: 10 * 1024 * 1024,
  inflight: 10,
  backoff: { initialMs: 10, maxMs: 50 },
  random: Math.random,
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  ...overrides,
})

export const openLink = (options: MqttOptions): TestLink => {
  const lines: LogLine[] = []
  const at = (level: string) => (details: object, message: string) => {
    lines.push({ level, details, message })
  }
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const connections: Connection[] = []
  const messages: InboundMessage[] = []
  const changes$ = new Subject<void>()
  const all = new Subscription()
  const links: MqttLink[] = []
  all.add(openMqtt({ ...options, log }).subscribe((link) => links.push(link)))
  const [link] = links
  if (link === undefined) throw new Error('openMqtt emitted no link')
  all.add(
    merge(
      link.connection$.pipe(tap((connection) => connections.push(connection))),
      link.messages$.pipe(tap((message) => messages.push(message))),
    ).subscribe(() => changes$.next()),
  )
  const until = (condition: () => boolean) =>
    firstValueFrom(changes$.pipe(startWith(undefined), filter(condition), timeout(10_000)))
  return {
    link,
    lines,
    logged: (level) =>
      lines
        .filter((line) => line.level === level)
        .map((line) => `${line.message} ${JSON.stringify(line.details)}`),
    connections,
    messages,
    until: async (condition) => {
      await until(condition)
    },
    up: async (times = 1) => {
      await until(() => connections.filter(({ state }) => state === 'up').length >= times)
    },
    received: async (n) => {
      await until(() => messages.length >= n)
      return messages.map(({ payload }) => Buffer.from(payload).toString())
    },
    deliver: (publication) => lastValueFrom(link.send(of(publication))),
    close: () => all.unsubscribe(),
  }
}
