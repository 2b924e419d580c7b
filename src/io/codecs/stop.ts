import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { StopCommand } from '../../model/command.js'
import { decode, type DecodeError } from './decode.js'
import { propletId, targetOf, taskId } from './target.js'
import { flag, optional } from './types.js'

/** v0.3 sends the whole task; other keys are ignored. */
const stop = t.type({ id: taskId, broadcast: optional(flag), proplet_id: optional(propletId) }, 'an object')

export const STOP_FIELDS: ReadonlySet<string> = new Set(Object.keys(stop.props))

export const decodeStop = (message: Readonly<Record<string, unknown>>): E.Either<DecodeError, StopCommand> =>
  E.map(({ id, broadcast, proplet_id }: t.TypeOf<typeof stop>): StopCommand => ({
    type: 'stop',
    id,
    ...targetOf(broadcast, proplet_id),
  }))(decode(stop)(message))
