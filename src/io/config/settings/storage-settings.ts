import { duration } from './duration.js'
import { dockerConfig, under } from './host-directories.js'
import { privateRules } from './private-rules.js'
import { directoryOrNone, integer, list, oneOf, path } from './readers.js'
import { computed, withDefault } from './setting.js'
import { size } from './size.js'

const GIB = 2 ** 30

const registries = list(
  ',',
  (found) => /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(found),
  'registries as HOST or HOST:PORT, separated by commas',
)

export const storageSettings = {
  cache_dir: computed(
    directoryOrNone,
    '$XDG_CACHE_HOME/proplet or ~/.cache/proplet',
    under('XDG_CACHE_HOME', ['.cache'], ['proplet']),
    'directory for the cache of fetched binaries; none disables it',
  ),
  cache_max_bytes: withDefault(size(1), '512MiB', 'maximum size of the cache, in bytes'),
  state_dir: computed(
    directoryOrNone,
    '$XDG_STATE_HOME/proplet or ~/.local/state/proplet',
    under('XDG_STATE_HOME', ['.local', 'state'], ['proplet']),
    'directory for the journal of commands and results; none disables it',
  ),
  state_max_bytes: withDefault(size(1024 * 1024), '64MiB', 'maximum size of the journal, in bytes'),
  fetch_max_bytes: withDefault(size(1, 2 * GIB), '100MiB', 'maximum size of a fetched binary, in bytes'),
  fetch_ttl: withDefault(duration({}), '5m', 'time without progress after which an incomplete fetch fails'),
  fetch_stall: withDefault(
    duration({}),
    '60s',
    'time after which the fetch of an image fails if nothing has arrived',
  ),
  fetch_retry: withDefault(
    duration({}),
    '10s',
    'time without progress after which a fetch is requested again',
  ),
  fetch_timeout: withDefault(duration({}), '30m', 'time limit of a whole fetch'),
  fetch_private: withDefault(
    privateRules,
    '',
    'private hosts that binaries may be fetched from, separated by commas: names, IP addresses or networks; true allows all but link-local addresses',
  ),
  registry: withDefault(
    oneOf(['proxy', 'direct']),
    'proxy',
    'who pulls images: proxy (the Proxy, over MQTT) or direct (the proplet itself)',
  ),
  registry_insecure: withDefault(
    registries,
    '',
    'registries to access without TLS, as HOST or HOST:PORT, separated by commas; registries on this machine never need TLS',
  ),
  registry_auth_file: computed(
    path,
    '$DOCKER_CONFIG/config.json or ~/.docker/config.json',
    dockerConfig,
    'Docker configuration file with registry credentials',
  ),
  pull_concurrent_limit: withDefault(
    integer(1, 256),
    '4',
    'maximum number of concurrent downloads from URLs and, with PROPLET_REGISTRY=direct, registries',
  ),
} as const
