import { boolean, list, text } from './readers.js'
import { optional, withDefault } from './setting.js'

const tags = list(',', (found) => found.length <= 256 && !/\p{Cc}/u.test(found), 'tags separated by commas')

export const discoverySettings = {
  description: optional(text(1024), 'description of the proplet in the discovery message'),
  tags: withDefault(tags, '', 'tags in the discovery message, separated by commas'),
  location: optional(text(1024), 'location in the discovery message'),
  collect_system_info: withDefault(
    boolean,
    'true',
    'include the host name and IP address in the discovery message',
  ),
  heartbeat_metadata: withDefault(boolean, 'false', 'repeat the discovery metadata in every heartbeat'),
  manager_k8s_namespace: withDefault(text(253), 'default', 'namespace in messages to the Manager'),
} as const
