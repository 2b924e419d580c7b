import { messageOf } from './message-of.js'

/** A thrown value as an `Error`. */
export const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown })
