import { networkRules } from './network.js'
import { boolean, path } from './readers.js'
import { optional, withDefault } from './setting.js'

export const networkSettings = {
  network: withDefault(
    networkRules,
    '',
    'hosts that components may reach, separated by commas: names, *.example.org or IP addresses, each with an optional :port; * means any host',
  ),
  http_tls_ca_cert: optional(
    path,
    'PEM file with the CA certificates to trust for HTTPS requests of components, downloads, federated learning and traces',
  ),
  http_tls_insecure_skip_verify: withDefault(boolean, 'false', 'skip verification of those certificates'),
} as const
