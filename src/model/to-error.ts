import { messageOf } from './message-of.js'

/** What was thrown, as an error: itself, if it is one. */
export const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown })
