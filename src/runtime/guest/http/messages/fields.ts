import { isHopByHop } from '../../../../net/hop-by-hop.js'
import type { HttpField } from '../../channel/protocol.js'

/** Of names and values in turn, as Node gives them: names in lower case, as wasmtime gives them to guests. */
export const pairsOf = (flat: readonly string[]): HttpField[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [
    (flat[2 * i] ?? '').toLowerCase(),
    flat[2 * i + 1] ?? '',
  ])

/** What a guest may say to a client; names in lower case, as wasmtime sends them. */
export const endToEnd = (fields: readonly HttpField[]): [name: string, value: string][] =>
  fields.filter(([name]) => !isHopByHop(name)).map(([name, value]) => [name.toLowerCase(), value])
