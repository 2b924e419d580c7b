import { duration } from './duration.js'
import { boolean, oneOf } from './readers.js'
import { withDefault } from './setting.js'

export const pipelineSettings = {
  log_level: withDefault(
    oneOf(['trace', 'debug', 'info', 'warn', 'error']),
    'info',
    'log level: trace, debug, info, warn or error',
  ),
  liveliness_interval: withDefault(duration({}), '10s', 'interval between heartbeats'),
  metrics_interval: withDefault(
    duration({ zero: 'off' }),
    '10s',
    'interval between metrics of the proplet; 0 disables them',
  ),
  enable_monitoring: withDefault(boolean, 'true', 'publish metrics of the proplet and of its tasks'),
  result_hold_ms: withDefault(
    duration({ zero: 'off', bare: 'ms' }),
    '150',
    'minimum time from the start of a task to the publication of its result, in milliseconds; 0 disables the delay',
  ),
  shutdown_timeout: withDefault(
    duration({ zero: 'no waiting' }),
    '30s',
    'how long a shutdown waits for running tasks to finish',
  ),
} as const
