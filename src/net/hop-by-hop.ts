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
