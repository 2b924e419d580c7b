import { readFile } from 'node:fs/promises'
import type { Publication } from '../model/publication.js'
import type { Config, TlsConfig } from '../io/config/config.js'
import type { Logger } from '../io/log/log.js'
import type { MqttOptions, TlsOptions } from '../io/mqtt/index.js'

const INVOKE = 'control/manager/invoke'
const SUBSCRIPTIONS = ['control/manager/start', 'control/manager/stop', INVOKE, 'registry/server'] as const
/** Optional: only newer Managers invoke tasks, and the ACL of the broker may predate them. */
const OPTIONAL = [INVOKE] as const

/** A task is stopped at once, however many starts wait; but not before it was started. */
const PRECEDENCE = {
  subtopic: 'control/manager/stop',
  ordered: ['control/manager/start', INVOKE],
} as const

const BACKOFF = { firstMs: 1000, initialMs: 250, maxMs: 30_000 } as const

/** The Last Will, which the proplet also publishes itself when it leaves (spec/wire.md, trap 2). */
export const offline = ({ identity, metadata }: Config): Publication => ({
  subtopic: 'control/proplet/alive',
  payload: { status: 'offline', proplet_id: identity.clientId, namespace: metadata.namespace },
  keep: 'all',
})

const readTls = async (tls: TlsConfig | undefined): Promise<TlsOptions> => {
  const read = (path: string) => readFile(path, 'utf8')
  return {
    insecureSkipVerify: tls?.verify === false,
    ...(tls?.caFile !== undefined && { ca: await read(tls.caFile) }),
    ...(tls?.client && { cert: await read(tls.client.certFile), key: await read(tls.client.keyFile) }),
  }
}

/** Options common to every client of the channel. Rejects if a TLS file can't be read. */
export const channelLinkOptions = async ({ identity, mqtt }: Pick<Config, 'identity' | 'mqtt'>) =>
  ({
    address: mqtt.address,
    ...(/^wss?$/.test(mqtt.address.transport) && (await import('../io/mqtt/web-socket.js'))),
    tls: await readTls(mqtt.tls),
    username: identity.clientId,
    password: identity.clientKey,
    topicPrefix: `m/${identity.domainId}/c/${identity.channelId}`,
    mqtt5: mqtt.mqtt5,
    qos: mqtt.qos,
    keepAliveSeconds: mqtt.keepAliveSeconds,
    timeoutMs: mqtt.timeoutMs,
    maxPacketBytes: mqtt.maxPacketSize,
    inflight: mqtt.inflight,
    backoff: BACKOFF,
    random: Math.random,
  }) satisfies Partial<MqttOptions>

/** Options of the daemon's own link. Rejects if a TLS file can't be read. */
export const brokerLinkOptions = async (config: Config, log: Logger): Promise<MqttOptions> => ({
  ...(await channelLinkOptions(config)),
  clientId: config.identity.clientId,
  subscriptions: SUBSCRIPTIONS,
  optional: OPTIONAL,
  precedence: PRECEDENCE,
  retained: config.retainedCommands,
  will: offline(config),
  log,
})
