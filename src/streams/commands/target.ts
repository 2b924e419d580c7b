import { filter, type MonoTypeOperatorFunction } from 'rxjs'
import type { Decoded, Received, Target } from '../../model/command.js'

/**
 * Passes what is addressed to this proplet. Chunks, and messages that name no task, concern every proplet.
 *
 * @example
 * ```ts
 * const ours$ = command$.pipe(target('proplet-1'))
 * ```
 */
export const target = <T extends Received<Decoded>>(propletId: string): MonoTypeOperatorFunction<T> => {
  const isForUs = ({ broadcast, propletId: wanted }: Target) =>
    broadcast || wanted === undefined || wanted === propletId
  const isOurs = (message: Decoded): boolean => {
    switch (message.type) {
      case 'chunk':
        return true
      case 'rejected':
        return message.task === undefined || isForUs(message.task)
      case 'start':
      case 'stop':
      case 'invoke':
        return isForUs(message)
    }
  }
  return filter((message) => isOurs(message))
}
