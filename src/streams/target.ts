import { filter, type MonoTypeOperatorFunction } from 'rxjs'
import type { Decoded, Received, Target } from '../model/command.js'

/** Lets through what is meant for this proplet; chunks and messages that name no task are meant for all. */
export const target = (propletId: string): MonoTypeOperatorFunction<Received<Decoded>> => {
  const isForUs = ({ broadcast, propletId: wanted }: Target) =>
    broadcast || wanted === undefined || wanted === propletId
  return filter((message) => {
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
  })
}
