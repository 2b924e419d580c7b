import { join } from 'node:path'
import type { HttpOptions } from '../../model/http-options.js'
import { completeAddress, isSecure } from './settings/address.js'
import type { FoundConfidential } from './confidential.js'
import { isLoopback } from '../../net/local-host.js'
import type { Config, MqttConfig, PageConfig, TlsConfig, TracesConfig } from './config.js'
import type { SettingKey, Values } from './settings/settings.js'

type LinkKey = Extract<SettingKey, `mqtt_${string}`>
type IdentityKey = 'domain_id' | 'channel_id' | 'client_id' | 'client_key'

/** The settings of identity and connection. */
export type ChannelValues = Pick<Values, LinkKey | IdentityKey>

const tls = (values: ChannelValues): TlsConfig => {
  const { mqtt_tls_client_cert: certFile, mqtt_tls_client_key: keyFile } = values
  return {
    caFile: values.mqtt_tls_ca_cert,
    client: certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined,
    verify: !values.mqtt_tls_insecure_skip_verify,
  }
}

/** Never expires (MQTT 5, section 3.1.2.11.2). */
const NO_EXPIRY = 0xffffffff

const mqtt = (values: ChannelValues): MqttConfig => {
  const wanted = tls(values)
  const address = completeAddress(
    values.mqtt_address,
    wanted.caFile !== undefined || wanted.client !== undefined || !wanted.verify,
  )
  return {
    address,
    tls: isSecure(address.transport) ? wanted : undefined,
    timeoutMs: values.mqtt_timeout,
    mqtt5:
      values.mqtt_version === '5'
        ? {
            sessionExpirySeconds:
              values.mqtt_session_expiry === 0 ? NO_EXPIRY : values.mqtt_session_expiry / 1000,
            receiveMaximum: values.mqtt_receive_maximum,
          }
        : undefined,
    qos: values.mqtt_qos,
    keepAliveSeconds: values.mqtt_keep_alive / 1000,
    maxPacketSize: values.mqtt_max_packet_size,
    inflight: values.mqtt_inflight,
  }
}

const http = (values: Values): HttpOptions => ({
  host: values.http_proxy_host,
  port: values.http_proxy_port,
  timeoutMs: values.http_timeout,
  maxRequests: values.http_max_requests,
  maxChildren: values.http_max_children,
  bodyMaxBytes: values.http_body_max,
  graceMs: values.http_grace,
})

/**
 * The page shows the output of tasks to everyone who can reach it, so it is not served beyond this machine by default.
 */
const page = (values: Values): PageConfig | undefined =>
  (values.ui_enabled ?? isLoopback(values.metrics_host))
    ? { hosts: values.ui_hosts, token: values.ui_actions ? values.ui_token : undefined }
    : undefined

/** The conventional OTLP path. */
const TRACES_PATH = '/v1/traces'

const traces = ({ otel_url: written, trace_ratio: ratio }: Values): TracesConfig | undefined => {
  if (written === undefined) return undefined
  const url = new URL(written)
  if (url.pathname === '/') url.pathname = TRACES_PATH
  return { url: url.href, ratio }
}

/** Facts about the host that settings refer to. */
export type Found = Pick<Config['runtime'], 'external' | 'isolation'> & {
  /** Whether the state directory is configured explicitly. */
  readonly isStateChosen: boolean
  readonly env: Config['registry']['helperEnv']
  readonly confidential: FoundConfidential
}

export const assembleChannel = (values: ChannelValues): Pick<Config, 'identity' | 'mqtt'> => ({
  identity: {
    domainId: values.domain_id,
    channelId: values.channel_id,
    clientId: values.client_id,
    clientKey: values.client_key,
  },
  mqtt: mqtt(values),
})

/** Builds the configuration from the values of the settings and the facts about the host. */
export const assemble = (values: Values, found: Found): Config => ({
  ...assembleChannel(values),
  retainedCommands: values.retained_commands,
  intervals: {
    livelinessMs: values.liveliness_interval,
    metricsMs: values.metrics_interval,
    resultHoldMs: values.result_hold_ms,
    shutdownMs: values.shutdown_timeout,
  },
  limits: {
    maxTasks: values.max_tasks,
    queueMax: values.queue_max,
    maxDaemons: values.max_daemons,
    maxLatent: values.max_latent,
    taskMs: values.task_timeout,
    taskMemoryBytes: values.task_memory_max,
    taskOutputBytes: values.task_output_max,
  },
  runtime: {
    external: found.external,
    isolation: found.isolation,
    componentEngine: values.component_engine,
    warm: values.warm,
    dirs: values.dirs,
    dirsReadonly: values.dirs_readonly,
  },
  hal: values.hal_enabled
    ? {
        storageDirectory: values.hal_storage_dir ?? (values.state_dir && join(values.state_dir, 'hal')),
        storageMaxBytes: values.hal_storage_max,
        storageKey: values.hal_storage_key,
        legacyDecrypt: values.hal_legacy_decrypt,
      }
    : undefined,
  network: {
    rules: values.network,
    caFile: values.http_tls_ca_cert,
    verify: !values.http_tls_insecure_skip_verify,
  },
  federated: {
    urls: {
      modelRegistry: values.model_registry_url,
      dataStore: values.data_store_url,
      coordinator: values.manager_coordinator_url,
    },
    maxBytes: values.fl_max_bytes,
    timeoutMs: values.fl_timeout,
  },
  http: values.http_enabled ? http(values) : undefined,
  cache:
    values.cache_dir === undefined
      ? undefined
      : { directory: values.cache_dir, maxBytes: values.cache_max_bytes },
  state:
    values.state_dir === undefined
      ? undefined
      : { directory: values.state_dir, maxBytes: values.state_max_bytes, isRequired: found.isStateChosen },
  fetch: {
    maxBytes: values.fetch_max_bytes,
    ttlMs: values.fetch_ttl,
    stallMs: values.fetch_stall,
    retryMs: values.fetch_retry,
    timeoutMs: values.fetch_timeout,
    privateRules: values.fetch_private,
    concurrent: values.pull_concurrent_limit,
  },
  registry: {
    by: values.registry,
    insecure: values.registry_insecure.map((registry) => registry.toLowerCase()),
    authFile: values.registry_auth_file,
    helperEnv: found.env,
  },
  confidential: {
    tee: values.tee,
    agent: values.tee_agent,
    root: values.tee_sysroot,
    eventLog: values.tee_eventlog,
    agentLog: values.aael_path,
    detection: found.confidential.detection,
    keys: found.confidential.keys,
    keyTimeoutMs: values.kbs_timeout,
    layersDirectory: values.layer_store_path,
    encryptedExternal: values.encrypted_external,
  },
  monitoring: values.enable_monitoring,
  ops: values.metrics_enabled
    ? { host: values.metrics_host, port: values.metrics_port, page: page(values) }
    : undefined,
  traces: traces(values),
  metadata: {
    namespace: values.manager_k8s_namespace,
    description: values.description,
    tags: values.tags,
    location: values.location,
    collectSystemInfo: values.collect_system_info,
    heartbeatMetadata: values.heartbeat_metadata,
  },
  logLevel: values.log_level,
})
