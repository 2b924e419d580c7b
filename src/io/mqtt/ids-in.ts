const KEY = Buffer.from('"id"')
const ESCAPED = Buffer.from('\\u')
const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c
/** Maximum bytes of an ID that is recognised. */
const MAX_ID_BYTES = 256

const isBlank = (c: number | undefined): boolean => c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d

const skipBlanks = (json: Buffer, from: number): number => {
  let at = from
  while (isBlank(json[at])) at += 1
  return at
}

/**
 * The values of all `id` fields of a JSON text, at any depth, without parsing it: there may be others among them, but none is
 * missing. Undefined if this is uncertain, because there is none, or one that is not a plain string.
 *
 * @example
 * ```ts
 * idsIn(Buffer.from('{"env":{"id":"x"},"id":"t1"}')) // ['x', 't1']
 * ```
 */
export const idsIn = (json: Buffer): readonly string[] | undefined => {
  const ids: string[] = []
  if (json.includes(ESCAPED)) return undefined
  for (let key = json.indexOf(KEY); key >= 0; key = json.indexOf(KEY, key + KEY.length)) {
    const colon = skipBlanks(json, key + KEY.length)
    // A value `id`, not a key.
    if (json[colon] !== COLON) continue
    const start = skipBlanks(json, colon + 1)
    if (json[start] !== QUOTE) return undefined
    const end = json.indexOf(QUOTE, start + 1)
    const id = json.subarray(start + 1, end)
    if (end < 0 || id.length > MAX_ID_BYTES || id.includes(BACKSLASH)) return undefined
    ids.push(id.toString('latin1'))
  }
  return ids.length === 0 ? undefined : ids
}
