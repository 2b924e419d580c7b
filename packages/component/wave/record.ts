/** An object without inherited properties, so that any label (`constructor`) is a property like any other. */
export const emptyRecord = (): Record<string, unknown> => ({ __proto__: null })

/** An own property of an object; undefined where it has none, whatever it inherits. */
export const ownProperty = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (Reflect.get(value, key) as unknown) : undefined
