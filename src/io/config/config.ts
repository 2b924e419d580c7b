import type { HttpOptions } from '../../model/http-options.js'
import type { NetworkRule } from '../../net/policy.js'
import type { Sandbox } from '../../host/sandbox/sandbox.js'
import type { PrivateRule } from '../../net/private-rules.js'
import type { MqttAddress } from './settings/address.js'
import type { TeeDetection } from '../../host/tee.js'
import type { AgentChoice, TeeMode } from '../../model/tee.js'
import type { TeeKeyAlgorithm } from '../kbs/tee-key.js'
import type { SecretKey } from './settings/readers.js'
import type { FederatedUrls } from '../../model/federated.js'

/** Paths of files, which were readable when the configuration was loaded. */
export type TlsConfig = {
  readonly caFile: string | undefined
  /** The client certificate and its key, for mTLS. */
  readonly client: { readonly certFile: string; readonly keyFile: string } | undefined
  /** False to skip verification of the broker's certificate. */
  readonly verify: boolean
}

export type MqttConfig = {
  readonly address: MqttAddress
  /** Undefined for an unencrypted connection. */
  readonly tls: TlsConfig | undefined
  readonly timeoutMs: number
  /** Undefined for MQTT 3.1.1. */
  readonly mqtt5:
    | {
        /** 0xffffffff: never expires. */
        readonly sessionExpirySeconds: number
        readonly receiveMaximum: number
      }
    | undefined
  readonly qos: 0 | 1 | 2
  /** 0: off. */
  readonly keepAliveSeconds: number
  /** Bytes. */
  readonly maxPacketSize: number
  readonly inflight: number
}

export type ExternalConfig = {
  /** Absolute path of a program that was executable when the configuration was loaded. */
  readonly program: string
  /** The daemon's `PATH`. */
  readonly searchPath: string
  /** Flags that tasks may pass; `*` allows all. */
  readonly allowCliArgs: readonly string[]
  /** The directory for temporary directories. */
  readonly temporaryDirectory: string
}

export type PageConfig = {
  /** Accepted host names, in addition to addresses and localhost. */
  readonly hosts: readonly string[]
  /** Secret. The token that a request to stop a task must carry; undefined to allow no stops. */
  readonly token: string | undefined
}

export type OpsConfig = {
  readonly host: string
  readonly port: number
  /** Undefined to serve no status page. */
  readonly page: PageConfig | undefined
}

export type TracesConfig = {
  /** URL of the collector; may contain credentials. */
  readonly url: string
  /** The fraction of tasks to trace, from 0 to 1. */
  readonly ratio: number
}

/** Where the keys of encrypted images are unwrapped. */
export type KeySourceConfig =
  | {
      readonly type: 'kbs'
      readonly url: string
      /** PEM certificates to trust in addition to those of the system. */
      readonly ca: string | undefined
      readonly keyAlgorithm: TeeKeyAlgorithm
    }
  /** A key provider, at `host:port`. */
  | { readonly type: 'provider'; readonly address: string }

export type ConfidentialConfig = {
  readonly tee: TeeMode
  readonly agent: AgentChoice
  /** The root below which /sys, /dev, /proc and /run are read. */
  readonly root: string
  readonly eventLog: boolean
  /** Path of the event log of the Attestation Agent, below `root`. */
  readonly agentLog: string
  readonly detection: TeeDetection
  /** Undefined if encrypted images cannot be opened. */
  readonly keys: KeySourceConfig | undefined
  /** Time limit for getting one key, in milliseconds. */
  readonly keyTimeoutMs: number
  /** The directory of layers, which stay encrypted. */
  readonly layersDirectory: string
  /** Whether an external runtime may get the plain text as a file. */
  readonly encryptedExternal: boolean
}

/**
 * The checked settings of a proplet. Times are in milliseconds and sizes in bytes.
 *
 * @example
 * ```ts
 * const slow: Config = { ...config, intervals: { ...config.intervals, metricsMs: 60_000 } }
 * ```
 */
export type Config = {
  readonly identity: {
    readonly domainId: string
    readonly channelId: string
    /** The MQTT client ID and user name, and `proplet_id` in every message. */
    readonly clientId: string
    /** Secret: the MQTT password. */
    readonly clientKey: string
  }
  readonly mqtt: MqttConfig
  /** Whether to accept retained commands and chunks. */
  readonly retainedCommands: boolean
  readonly intervals: {
    readonly livelinessMs: number
    /** 0 publishes no metrics. */
    readonly metricsMs: number
    /** 0 holds no results. */
    readonly resultHoldMs: number
    readonly shutdownMs: number
  }
  readonly limits: {
    readonly maxTasks: number
    /** Maximum number of tasks that wait or are fetched, in addition to `maxTasks` running ones. */
    readonly queueMax: number
    readonly maxDaemons: number
    readonly maxLatent: number
    /** 0 means no limit. */
    readonly taskMs: number
    readonly taskMemoryBytes: number
    readonly taskOutputBytes: number
  }
  readonly runtime: {
    /** A sandbox that worked when the configuration was loaded. */
    readonly isolation: 'process' | 'thread' | Sandbox
    readonly componentEngine: 'linker' | 'jco'
    readonly warm: number
    /** Absolute paths of directories that existed when the configuration was loaded. */
    readonly dirs: readonly string[]
    /** The same for read-only directories. */
    readonly dirsReadonly: readonly string[]
    /** Undefined to use the embedded runtime. */
    readonly external: ExternalConfig | undefined
  }
  /** The hardware abstraction layer; undefined if it is off. */
  readonly hal:
    | {
        /** Undefined if guests cannot store anything. */
        readonly storageDirectory: string | undefined
        /** Maximum number of bytes on disk per task. */
        readonly storageMaxBytes: number
        /** Undefined to store objects unencrypted. */
        readonly storageKey: SecretKey | undefined
        readonly legacyDecrypt: boolean
      }
    | undefined
  /** What components may reach; the TLS options apply to downloads, federated learning and traces, too. */
  readonly network: {
    readonly rules: readonly NetworkRule[]
    readonly caFile: string | undefined
    /** False to skip verification of HTTPS certificates. */
    readonly verify: boolean
  }
  readonly federated: {
    readonly urls: FederatedUrls
    /** Maximum size of a model, and of a dataset. */
    readonly maxBytes: number
    readonly timeoutMs: number
  }
  /** Undefined to refuse components that serve HTTP. */
  readonly http: HttpOptions | undefined
  /** Undefined to keep nothing on disk. */
  readonly cache: { readonly directory: string; readonly maxBytes: number } | undefined
  /** Undefined to run without a journal. */
  readonly state:
    | {
        readonly directory: string
        readonly maxBytes: number
        /** Whether the directory was configured explicitly: then the proplet does not start without it. */
        readonly isRequired: boolean
      }
    | undefined
  readonly fetch: {
    readonly maxBytes: number
    readonly ttlMs: number
    /** Time limit until the first chunk. */
    readonly stallMs: number
    readonly retryMs: number
    readonly timeoutMs: number
    /** Private hosts that binaries may be fetched from. */
    readonly privateRules: readonly PrivateRule[]
    /** Maximum number of concurrent downloads. */
    readonly concurrent: number
  }
  readonly registry: {
    /** Who pulls images. */
    readonly by: 'proxy' | 'direct'
    /** Registries without TLS: `host` or `host:port`, in lower case. */
    readonly insecure: readonly string[]
    /** Docker's credentials file, which may be missing. */
    readonly authFile: string
    /** Environment variables for the credential helpers named in it. */
    readonly helperEnv: Readonly<Record<string, string | undefined>>
  }
  /** The TEE of this machine, and where keys of encrypted images are unwrapped. */
  readonly confidential: ConfidentialConfig
  /** Whether to publish metrics of the proplet and of its tasks. */
  readonly monitoring: boolean
  /** The HTTP server for operators, if enabled. */
  readonly ops: OpsConfig | undefined
  /** Undefined to send no traces. */
  readonly traces: TracesConfig | undefined
  readonly metadata: {
    readonly namespace: string
    readonly description: string | undefined
    readonly tags: readonly string[]
    readonly location: string | undefined
    readonly collectSystemInfo: boolean
    readonly heartbeatMetadata: boolean
  }
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error'
}
