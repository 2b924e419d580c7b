import { TEE_MODES } from '../../../model/tee.js'
import { agentChoice, grpcAddress } from './agent-choice.js'
import { duration } from './duration.js'
import { under } from './host-directories.js'
import { boolean, list, oneOf, path, secretKey, url } from './readers.js'
import { computed, optional, withDefault } from './setting.js'
import { size } from './size.js'

const cliFlags = list(
  ',',
  (found) => found === '*' || (found.length <= 256 && /^-{1,2}[A-Za-z][^\s\p{Cc}]*$/u.test(found)),
  'flags such as --dir, -S or -Shttp, separated by commas, or *',
)

export const runtimeSettings = {
  kbs_uri: optional(url, 'URI of the Key Broker Service; required where a TEE is detected'),
  kbs_timeout: withDefault(
    duration({}),
    '2m',
    'time limit for getting one key, including attestation and retries',
  ),
  aa_config_path: optional(
    path,
    'configuration file of the Attestation Agent, of which url (unless kbs_uri is set), cert and tee_key_algorithm are used',
  ),
  tee: withDefault(
    oneOf(TEE_MODES),
    'auto',
    'TEE of this machine: auto (detected), none, tdx, snp, sgx, or sample (test evidence that proves nothing)',
  ),
  tee_agent: withDefault(
    agentChoice,
    'auto',
    'Attestation Agent: auto (used if the kernel gives no evidence), none, http://HOST:PORT, grpc://HOST:PORT or unix:///PATH',
  ),
  tee_sysroot: withDefault(path, '/', 'directory below which /sys, /dev, /proc and /run are read; for tests'),
  tee_eventlog: withDefault(boolean, 'true', 'send the event log of the measured boot with evidence'),
  aael_path: withDefault(
    path,
    '/run/attestation-agent/eventlog',
    'path of the Attestation Agent event log below tee_sysroot; it is sent after that of the boot',
    { plain: ['AAEL_PATH'] },
  ),
  key_provider: optional(
    grpcAddress,
    'key provider (gRPC, as HOST:PORT) that unwraps image keys instead of the Key Broker Service',
  ),
  ocicrypt_keyprovider_config: optional(
    path,
    'ocicrypt configuration of key providers, read unless key_provider is set',
    { plain: ['OCICRYPT_KEYPROVIDER_CONFIG'] },
  ),
  encrypted_external: withDefault(
    boolean,
    'false',
    'let the external runtime run encrypted tasks; their plain text is then in files in /dev/shm',
  ),
  external_wasm_runtime: optional(
    path,
    'path or name (looked up in PATH) of an external runtime with the command line of wasmtime',
  ),
  allow_cli_args: withDefault(
    cliFlags,
    '',
    'flags that tasks may pass to the external runtime, separated by commas; `*` allows all',
  ),
  hal_enabled: withDefault(boolean, 'true', 'enable the hardware abstraction layer for guests'),
  hal_storage_dir: optional(
    path,
    'directory for objects that guests store; by default hal in state_dir, and none without state_dir',
  ),
  hal_storage_max: withDefault(size(8192), '64MiB', 'maximum size of these objects per task, in bytes'),
  hal_storage_key: optional(
    secretKey,
    'key that these objects are encrypted with: 32 bytes in hexadecimal, or the kbs:/// URI of one',
    { secret: true },
  ),
  hal_legacy_decrypt: withDefault(
    boolean,
    'false',
    'let guests decrypt data that the Rust proplet encrypted (with a nonce of zeros)',
  ),
  layer_store_path: computed(
    path,
    '$XDG_STATE_HOME/proplet/layers or ~/.local/state/proplet/layers',
    under('XDG_STATE_HOME', ['.local', 'state'], ['proplet', 'layers']),
    'directory for the layers of encrypted images, which stay encrypted there',
  ),
  plugin_dir: optional(path, 'directory of plugins', { inert: true }),
} as const
