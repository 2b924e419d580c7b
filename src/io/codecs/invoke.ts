import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import type { Invocation, InvokeCommand, Rejection } from '../../model/command.js'
import { env, inputs, withInputTexts } from './call.js'
import { decode, type DecodeError } from './decode.js'
import { propletId, targetOf, taskId, taskOf } from './target.js'
import { flag, label, optional } from './types.js'

const ID_LENGTH = 256

const invocationId = label(ID_LENGTH)

const invoke = t.type(
  {
    id: taskId,
    invocation_id: optional(invocationId),
    inputs,
    env,
    broadcast: optional(flag),
    proplet_id: optional(propletId),
  },
  'an object',
)

export const INVOKE_FIELDS: ReadonlySet<string> = new Set(Object.keys(invoke.props))

const invocationOf = (id: string | undefined): Invocation => ({ id: id === '' ? undefined : id })

const toCommand = (wire: t.TypeOf<typeof invoke>): InvokeCommand => ({
  type: 'invoke',
  id: wire.id,
  invocation: invocationOf(wire.invocation_id),
  ...targetOf(wire.broadcast, wire.proplet_id),
  inputs: wire.inputs ?? [],
  env: wire.env ?? {},
})

/** @param json the text that `message` was parsed from */
export const decodeInvoke = (
  message: Readonly<Record<string, unknown>>,
  json: string,
): E.Either<DecodeError, InvokeCommand> =>
  pipe(withInputTexts(message, json), E.chain(decode(invoke)), E.map(toCommand))

/** The task and the invocation that a malformed command names, as far as they can be read. */
export const invocationTaskOf = (message: Readonly<Record<string, unknown>>): Rejection['task'] => {
  const task = taskOf(message)
  if (task === undefined) return undefined
  const id = E.getOrElse((): string | undefined => undefined)(
    decode(optional(invocationId))(message['invocation_id']),
  )
  return { ...task, invocation: invocationOf(id) }
}
