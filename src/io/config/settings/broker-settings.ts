import { address } from './address.js'
import { duration } from './duration.js'
import { boolean, integer, oneOf, path, qos } from './readers.js'
import { optional, withDefault } from './setting.js'
import { size } from './size.js'

/** One second less than the value that means "never expires" (MQTT 5, section 3.1.2.11.2). */
const MAX_SESSION_EXPIRY_MS = 4_294_967_294_000

export const brokerSettings = {
  mqtt_address: withDefault(
    address,
    'tcp://localhost:1883',
    'broker URL: tcp, mqtt, ssl, tls, mqtts, ws or wss; without a scheme, TLS is used if any TLS file is set',
  ),
  mqtt_timeout: withDefault(duration({}), '30s', 'timeout for connecting and for each MQTT operation'),
  mqtt_version: withDefault(oneOf(['3.1.1', '5']), '3.1.1', 'MQTT version to speak: 3.1.1 or 5'),
  mqtt_session_expiry: withDefault(
    duration({ zero: 'never', max: MAX_SESSION_EXPIRY_MS }),
    '0',
    'how long the broker is asked to keep the session while the proplet is away, in whole seconds; 0 means forever; MQTT 5 only',
  ),
  mqtt_receive_maximum: withDefault(
    integer(1, 65_535),
    '256',
    'maximum number of messages that the broker may send ahead of their acknowledgement; MQTT 5 only',
  ),
  mqtt_qos: withDefault(qos, '2', 'MQTT quality of service: 0, 1 or 2'),
  mqtt_keep_alive: withDefault(
    duration({ zero: 'off', max: 65_535_000 }),
    '30s',
    'MQTT keep-alive interval, in whole seconds; 0 disables it',
  ),
  mqtt_max_packet_size: withDefault(
    size(1024, 268_435_455),
    '10485760',
    'maximum MQTT packet size, in bytes',
  ),
  mqtt_inflight: withDefault(integer(1, 65_535), '20', 'maximum number of unacknowledged publishes'),
  retained_commands: withDefault(
    boolean,
    'false',
    'accept retained commands and chunks, which the broker sends again at each connection',
  ),
  mqtt_tls_ca_cert: optional(path, 'PEM file with the CA certificates to trust for the broker'),
  mqtt_tls_client_cert: optional(path, 'PEM file with the client certificate (mTLS)'),
  mqtt_tls_client_key: optional(path, 'PEM file with the key of the client certificate (mTLS)'),
  mqtt_tls_insecure_skip_verify: withDefault(
    boolean,
    'false',
    "skip verification of the broker's certificate",
  ),
} as const
