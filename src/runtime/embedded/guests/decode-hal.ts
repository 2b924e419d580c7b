import { isCount, isRecord } from './decode-values.js'
import { EVENT_TYPES, RESOURCE_TYPES, type HalCall, type HalMessage } from '../../hal/calls.js'
import { MAX_CONTAINER_NAME_BYTES, MAX_KEY_BYTES, MAX_RECIPIENT_BYTES } from '../../hal/limits.js'

type Fields = Readonly<Record<string, unknown>>

const MAX_U64 = 2n ** 64n - 1n

/** Decodes a guest's HAL message; undefined if it is none. */
export function decodeHal(value: Fields, bytes: Uint8Array): HalMessage | undefined {
  if (value['type'] === 'hal-data') return { type: 'hal-data', bytes }
  const call = isRecord(value['call']) ? decodeCall(value['call']) : undefined
  return call && { type: 'hal', call, bytes }
}

function decodeCall(value: Fields): HalCall | undefined {
  const { name, handle, id, recipient, isEncrypted, amount } = value
  switch (name) {
    case 'attest':
    case 'join':
    case 'receive-message':
    case 'list-workloads':
      return { name }
    case 'delete-container':
    case 'unsubscribe':
    case 'poll-events':
      return isCount(handle) ? { name, handle } : undefined
    case 'allocate': {
      const type = RESOURCE_TYPES.find((each) => each === value['type'])
      return type !== undefined && isU64(amount) ? { name, type, amount } : undefined
    }
    case 'query-available': {
      const type = RESOURCE_TYPES.find((each) => each === value['type'])
      return type && { name, type }
    }
    case 'subscribe': {
      const type = EVENT_TYPES.find((each) => each === value['type'])
      return type && { name, type }
    }
    case 'deallocate':
      return typeof id === 'string' ? { name, id } : undefined
    case 'send-message':
      return isText(recipient, MAX_RECIPIENT_BYTES) && typeof isEncrypted === 'boolean'
        ? { name, recipient, isEncrypted }
        : undefined
    default:
      return decodeStorage(value)
  }
}

function decodeStorage(value: Fields): HalCall | undefined {
  const { name, handle, container, key, after } = value
  switch (name) {
    case 'open-container':
      return isText(container, MAX_CONTAINER_NAME_BYTES) && container !== '' ? { name, container } : undefined
    case 'store-object':
    case 'retrieve-object':
    case 'delete-object':
    case 'get-metadata':
      return isCount(handle) && isText(key, MAX_KEY_BYTES) ? { name, handle, key } : undefined
    case 'list-objects':
      return isCount(handle) && (after === null || isText(after, MAX_KEY_BYTES))
        ? { name, handle, after }
        : undefined
    default:
      return undefined
  }
}

const isText = (value: unknown, maxBytes: number): value is string =>
  typeof value === 'string' && Buffer.byteLength(value) <= maxBytes

const isU64 = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) <= MAX_U64
