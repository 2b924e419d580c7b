import { duration } from './duration.js'
import { boolean, integer, ipAddress } from './readers.js'
import { computed, withDefault } from './setting.js'
import { size } from './size.js'

export const httpSettings = {
  http_enabled: withDefault(boolean, 'false', 'serve components that export wasi:http/incoming-handler'),
  http_proxy_host: withDefault(
    ipAddress,
    '127.0.0.1',
    'IP address to serve them on; 0.0.0.0 or :: means all interfaces',
  ),
  http_proxy_port: withDefault(
    integer(1, 65_535),
    '8222',
    'first port to try for them; the following 99 are tried in turn',
  ),
  http_timeout: withDefault(
    duration({ zero: 'none' }),
    '30s',
    'time limit of an HTTP request, from its head to the end of the response; 0 means no limit',
  ),
  http_max_requests: withDefault(
    integer(1, 100_000),
    '1000',
    'maximum number of concurrent HTTP requests per task, running or queued',
  ),
  http_max_children: computed(
    integer(1, 1024),
    'twice the cores, at least 4',
    ({ cores }) => String(Math.min(1024, Math.max(4, cores * 2))),
    'maximum number of child processes that serve one task',
  ),
  http_body_max: withDefault(
    size(1),
    '64MiB',
    'maximum size of a request body and of a response body, in bytes',
  ),
  http_grace: withDefault(
    duration({ zero: 'no waiting' }),
    '5s',
    'how long requests in progress may continue after their task is stopped',
  ),
} as const
