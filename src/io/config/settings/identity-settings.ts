import { secretText, topicLevel } from './readers.js'
import { required } from './setting.js'

export const identitySettings = {
  domain_id: required(topicLevel, 'SuperMQ domain ID', { alias: 'tenant_id' }),
  channel_id: required(topicLevel, 'SuperMQ channel ID'),
  client_id: required(topicLevel, 'SuperMQ client ID; also the MQTT client ID and user name', {
    alias: 'entity_id',
  }),
  client_key: required(secretText, 'SuperMQ client key; also the MQTT password', {
    alias: 'api_key',
    secret: true,
  }),
} as const
