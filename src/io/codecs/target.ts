import * as E from 'fp-ts/lib/Either.js'
import type { Rejection, Target } from '../../model/command.js'
import { decode } from './decode.js'
import { filled, label } from './types.js'

const ID_LENGTH = 256

export const taskId = filled(ID_LENGTH)
export const propletId = label(ID_LENGTH)

export const targetOf = (broadcast: boolean | undefined, id: string | undefined): Target => ({
  broadcast: broadcast ?? false,
  propletId: id === undefined || id === '' ? undefined : id,
})

/**
 * The task that a malformed command names, if it can be answered: its ID is usable, and its `proplet_id`, if any, can be read.
 * Otherwise the addressee is unknown, and each proplet of the channel would answer.
 */
export const taskOf = (message: Readonly<Record<string, unknown>>): Rejection['task'] => {
  const id = decode(taskId)(message['id'])
  const target = decode(propletId)(message['proplet_id'] ?? '')
  if (E.isLeft(id) || E.isLeft(target)) return undefined
  return { id: id.right, ...targetOf(message['broadcast'] === true, target.right) }
}
