import type { HttpOptions } from '../../model/http-options.js'
import type { NetworkRule } from '../../net/policy.js'
import type { Sandbox } from '../../host/sandbox/sandbox.js'
import type { PrivateRule } from '../../net/private-rules.js'
import type { MqttAddress } from './address.js'
import type { TeeDetection } from '../../host/tee.js'
import type { AgentChoice, TeeMode } from '../../model/tee.js'
import type { TeeKeyAlgorithm } from '../kbs/tee-key.js'
import type { SecretKey } from './readers.js'
import type { FederatedUrls } from '../../model/federated.js'

/** Files are paths; they were readable when the configuration was loaded. */
export type TlsConfig = {
  readonly caFile: string | undefined
  /** Our certificate and its key, for mTLS. */
  readonly client: { readonly certFile: string; readonly keyFile: string } | undefined
  /** False: the broker's certificate is not checked. */
  readonly verify: boolean
}

export type MqttConfig = {
  readonly address: MqttAddress
  /** Undefined for an unencrypted link. */
  readonly tls: TlsConfig | undefined
  readonly timeoutMs: number
  /** Undefined for MQTT 3.1.1. */
  readonly mqtt5:
    | {
        /** 0xffffffff: never. */
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
  /** Absolute path; it could be run when the configuration was loaded. */
  readonly program: string
  /** The `PATH` of the daemon. */
  readonly searchPath: string
  /** Flags that tasks may pass; `*`: all. */
  readonly allowCliArgs: readonly string[]
  /** Where temporary directories belong on this host. */
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
  /** Undefined if there is none. */
  readonly page: PageConfig | undefined
}

export type TracesConfig = {
  /** Where traces are sent; may contain credentials. */
  readonly url: string
  /** Of tasks, from 0 to 1. */
  readonly ratio: number
}

/** Who unwraps the keys of encrypted images. */
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
  /** Undefined if encrypted images can't be opened. */
  readonly keys: KeySourceConfig | undefined
  /** Of getting one key; milliseconds. */
  readonly keyTimeoutMs: number
  /** The directory of layers, still encrypted. */
  readonly layersDirectory: string
  /** An external runtime may get plain text as a file. */
  readonly allowExternal: boolean
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
    /** MQTT client id and user name, and `proplet_id` in every message. */
    readonly clientId: string
    /** Secret: the MQTT password. */
    readonly clientKey: string
  }
  readonly mqtt: MqttConfig
  /** Whether to accept retained commands and chunks. */
  readonly retainedCommands: boolean
  readonly intervals: {
    readonly livelinessMs: number
    /** 0: no metrics. */
    readonly metricsMs: number
    /** 0: no hold. */
    readonly resultHoldMs: number
    readonly shutdownMs: number
  }
  readonly limits: {
    readonly maxTasks: number
    /** Waiting or fetching, beyond the `maxTasks` that run. */
    readonly queueMax: number
    readonly maxDaemons: number
    readonly maxLatent: number
    /** 0: none. */
    readonly taskMs: number
    readonly taskMemoryBytes: number
    readonly taskOutputBytes: number
  }
  readonly runtime: {
    /** A sandbox worked when the configuration was loaded. */
    readonly isolation: 'process' | 'thread' | Sandbox
    readonly componentEngine: 'linker' | 'jco'
    readonly warm: number
    /** Absolute directories that existed when the configuration was loaded. */
    readonly dirs: readonly string[]
    /** The same for read-only ones. */
    readonly readonlyDirs: readonly string[]
    /** Undefined to use the embedded runtime. */
    readonly external: ExternalConfig | undefined
  }
  /** The hardware abstraction layer; undefined if it is off. */
  readonly hal:
    | {
        /** Undefined if guests can't store anything. */
        readonly storageDirectory: string | undefined
        /** Bytes on disk, of one task. */
        readonly storageMaxBytes: number
        /** Undefined for unencrypted objects. */
        readonly storageKey: SecretKey | undefined
        readonly opensLegacy: boolean
      }
    | undefined
  /** What components may reach, and how HTTPS is checked, of downloads too. */
  readonly network: {
    readonly rules: readonly NetworkRule[]
    readonly caFile: string | undefined
    /** False: certificates of HTTPS are not checked. */
    readonly verify: boolean
  }
  readonly federated: {
    readonly urls: FederatedUrls
    /** Of a model, and of a dataset. */
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
        /** It was asked for: the proplet does not begin without it. */
        readonly isRequired: boolean
      }
    | undefined
  readonly fetch: {
    readonly maxBytes: number
    readonly ttlMs: number
    /** Before anything has come. */
    readonly stallMs: number
    readonly retryMs: number
    readonly timeoutMs: number
    /** Private places that binaries may come from. */
    readonly privateRules: readonly PrivateRule[]
    /** Downloads at the same time. */
    readonly concurrent: number
  }
  readonly registry: {
    /** Who pulls images. */
    readonly by: 'proxy' | 'direct'
    /** Spoken to without TLS: `host` or `host:port`, in lower case. */
    readonly insecure: readonly string[]
    /** Docker's file of credentials, which need not be there. */
    readonly authFile: string
    /** Environment variables for the credential helpers that it names. */
    readonly helperEnv: Readonly<Record<string, string | undefined>>
  }
  /** What this machine is inside of, and who unwraps the keys of encrypted images. */
  readonly confidential: ConfidentialConfig
  /** Of the proplet and of its tasks. */
  readonly monitoring: boolean
  /** The HTTP server for operators, if enabled. */
  readonly ops: OpsConfig | undefined
  /** Undefined to trace nothing. */
  readonly traces: TracesConfig | undefined
  readonly metadata: {
    readonly namespace: string
    readonly description: string | undefined
    readonly tags: readonly string[]
    readonly location: string | undefined
    readonly collectSystemInfo: boolean
    readonly inHeartbeat: boolean
  }
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error'
}

/** One setting as it was resolved; `value` is masked where it is secret. */
export type ResolvedSetting = {
  readonly key: string
  readonly variable: string
  readonly value: string
  /** `default`, `env NAME`, `file KEY in FILE [SECTION]` or `flag --NAME`. */
  readonly source: string
}

/**
 * A configuration, the value and source of each setting, and what the operator should be warned about.
 *
 * @example
 * ```ts
 * const { config, settings, warnings }: LoadedConfig = loadConfig({ env: process.env })
 * for (const { variable, value, source } of settings) log.debug({ variable, value, source })
 * ```
 */
export type LoadedConfig = {
  readonly config: Config
  readonly settings: readonly ResolvedSetting[]
  readonly warnings: readonly string[]
}

/**
 * Every problem of a configuration at once. The texts name settings and never contain a secret.
 *
 * @example
 * ```ts
 * try {
 *   loadConfig({ env: {} })
 * } catch (error) {
 *   if (error instanceof ConfigError) console.error(error.problems.join('\n'))
 * }
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'
  readonly problems: readonly string[]
  readonly warnings: readonly string[]

  constructor(problems: readonly string[], warnings: readonly string[]) {
    super(`the configuration has ${problems.length} problem(s): ${problems.join('; ')}`)
    this.problems = problems
    this.warnings = warnings
  }
}
