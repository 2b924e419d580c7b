/** A JSON value, with integers of any size. */
export type JsonValue =
  string | number | bigint | null | readonly JsonValue[] | { readonly [key: string]: JsonValue } | Uint8Array

/** Compact JSON with sorted keys; bytes are arrays of numbers, as in Trustee. */
export const jsonText = (value: JsonValue): string => {
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value === 'string' || typeof value === 'number') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `[${value.join(',')}]`
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`)
  return `{${members.join(',')}}`
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
