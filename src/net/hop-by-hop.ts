/** They are about one connection, and ours to say. */
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

/** What guests neither see nor set beside those: it is about the connection, or would name another host than the request. */
const OF_THE_HOST: ReadonlySet<string> = new Set(['host', 'http2-settings', 'proxy-authorization'])

/** Whether a field is kept from guests, and not taken from them. */
export const isForbidden = (name: string): boolean => isHopByHop(name) || OF_THE_HOST.has(name.toLowerCase())
