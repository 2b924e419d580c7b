/** Connection-specific fields, which only the daemon sets. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export const isHopByHop = (name: string): boolean => HOP_BY_HOP.has(name.toLowerCase())

/**
 * Further fields that guests neither see nor set: they concern the connection, or would name a host other than that of the
 * request.
 */
const OF_THE_HOST: ReadonlySet<string> = new Set(['host', 'http2-settings', 'proxy-authorization'])

/** Whether a field is hidden from guests and ignored if they set it. */
export const isForbidden = (name: string): boolean => isHopByHop(name) || OF_THE_HOST.has(name.toLowerCase())
