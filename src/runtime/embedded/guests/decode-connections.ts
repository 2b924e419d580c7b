import type { FromConnections } from '../../guest/channel/protocol.js'
import { isCount, isDuration } from './decode-values.js'

/** Decodes a guest's message about connections handed to it; undefined if it is none. */
export function decodeFromConnections(
  value: Readonly<Record<string, unknown>>,
  bytes: Uint8Array,
): FromConnections | undefined {
  const { type, connection } = value
  if (type === 'late') return { type }
  if (type === 'active') {
    const { requests, workedMs } = value
    return isCount(requests) && isDuration(workedMs) ? { type, requests, workedMs } : undefined
  }
  if (!isCount(connection)) return undefined
  switch (type) {
    case 'begun':
    case 'closed':
      return { type, connection }
    case 'consumed':
      return { type, connection, bytes }
    case 'returned': {
      const { isLast } = value
      return typeof isLast === 'boolean' ? { type, connection, isLast } : undefined
    }
    default:
      return undefined
  }
}
