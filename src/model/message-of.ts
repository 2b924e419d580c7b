import { codeOf } from './code-of.js'

/**
 * What was thrown, as one text for a log, a result or another error. An error that holds several, as Node.js throws when
 * each address of a name fails, says what all of them say; one without a message says its code. Never throws itself.
 *
 * @example messageOf(new Error('connection refused')) // 'connection refused'
 */
export const messageOf = (thrown: unknown): string => {
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return [...new Set(thrown.errors.map(messageOf))].join('; ')
  if (thrown instanceof Error) return thrown.message !== '' ? thrown.message : (codeOf(thrown) ?? thrown.name)
  // An object may have no `toString`, or one that throws.
  return typeof thrown === 'object' && thrown !== null ? 'unknown error' : String(thrown)
}
