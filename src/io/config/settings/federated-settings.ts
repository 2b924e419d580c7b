import { duration } from './duration.js'
import { url } from './readers.js'
import { optional, withDefault } from './setting.js'
import { size } from './size.js'

const MIB = 2 ** 20

export const federatedSettings = {
  model_registry_url: optional(url, 'model registry for federated learning tasks that do not name one', {
    plain: ['MODEL_REGISTRY_URL'],
  }),
  data_store_url: optional(url, 'data store for federated learning tasks that do not name one', {
    plain: ['DATA_STORE_URL'],
  }),
  manager_coordinator_url: optional(url, 'coordinator for federated learning tasks that do not name one', {
    alias: 'coordinator_url',
    plain: ['MANAGER_COORDINATOR_URL', 'COORDINATOR_URL'],
  }),
  fl_timeout: withDefault(
    duration({}),
    '30s',
    'timeout for fetching a model or dataset, and for sending an update',
  ),
  fl_max_bytes: withDefault(size(1, 32 * MIB), '16MiB', 'maximum size of a model and of a dataset, in bytes'),
} as const
