export type JsonObject = Readonly<Record<string, unknown>>

/** The object a message holds; undefined when it isn't one. */
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
