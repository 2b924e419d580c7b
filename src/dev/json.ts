export type JsonObject = Readonly<Record<string, unknown>>

/** The object in a message; undefined if it is not an object. */
export const parseObject = (payload: Uint8Array): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
