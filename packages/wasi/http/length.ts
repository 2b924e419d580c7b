import type { FieldEntry } from './message.js'

/** The declared body length of a message; undefined if missing or invalid. */
export function declaredLength(headers: readonly FieldEntry[]): number | undefined {
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined
}
