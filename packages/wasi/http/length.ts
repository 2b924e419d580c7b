import type { FieldEntry } from './message.js'

/** The bytes that a message says its body has; undefined: it says none, or none that could be right. */
export function declaredLength(headers: readonly FieldEntry[]): number | undefined {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined
}
