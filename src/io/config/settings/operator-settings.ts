import { boolean, integer, ipAddress, list, ratio, token, url } from './readers.js'
import { optional, withDefault } from './setting.js'

const hostNames = list(
  ',',
  (found) => found.length <= 253 && /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(found),
  'names in lower case, separated by commas',
)

export const operatorSettings = {
  metrics_enabled: withDefault(
    boolean,
    'false',
    'serve metrics, health checks and the status page over HTTP',
  ),
  metrics_host: withDefault(
    ipAddress,
    '127.0.0.1',
    'IP address to serve them on; 0.0.0.0 or :: means all interfaces',
  ),
  metrics_port: withDefault(integer(1, 65_535), '9092', 'port to serve them on'),
  ui_enabled: optional(
    boolean,
    'serve the status page there too; by default only if metrics_host is a loopback address',
  ),
  ui_hosts: withDefault(
    hostNames,
    '',
    'host names under which the status page may be requested, separated by commas',
  ),
  ui_actions: withDefault(boolean, 'false', 'allow tasks to be stopped from the status page, with the token'),
  ui_token: optional(token, 'token for actions on the status page, at least 16 characters', { secret: true }),
  otel_url: optional(
    url,
    'URL of the OpenTelemetry collector (OTLP over HTTP); the path defaults to /v1/traces',
  ),
  trace_ratio: withDefault(ratio, '1', 'fraction of tasks to trace, from 0 to 1'),
} as const
