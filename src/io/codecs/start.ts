import { either as E } from 'fp-ts'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import type { BinarySource, StartCommand } from '../../model/command.js'
import { decode, DecodeError } from './decode.js'
import { itemTexts } from './json.js'
import { monitoringProfile, toProfile } from './monitoring.js'
import { numberText } from './numbers.js'
import { propletId, targetOf, taskId } from './target.js'
import { anyText, cText, filled, finite, flag, label, list, optional, strings, text } from './types.js'

const MAX_ITEMS = 1024
/** Characters of all inputs, arguments and variables together. */
const MAX_TEXT = 8 * 1024 * 1024
const NAME_LENGTH = 1024
const REFERENCE_LENGTH = 2048

const isVariable = (key: string): boolean => key !== '' && !/[=\0]|\p{Surrogate}/u.test(key)

const start = t.type(
  {
    id: taskId,
    name: filled(NAME_LENGTH),
    state: optional(finite),
    image_url: optional(label(REFERENCE_LENGTH)),
    file: optional(anyText),
    inputs: optional(list(text, MAX_ITEMS)),
    cli_args: optional(list(cText, MAX_ITEMS)),
    env: optional(strings(cText, isVariable, 'not empty, well-formed and without "=" or NUL', MAX_ITEMS)),
    broadcast: optional(flag),
    proplet_id: optional(propletId),
    daemon: optional(flag),
    latent: optional(flag),
    encrypted: optional(flag),
    kbs_resource_path: optional(label(REFERENCE_LENGTH)),
    monitoring_profile: optional(monitoringProfile),
  },
  'an object',
)

type Wire = t.TypeOf<typeof start>

const INPUT = 'expected a string or a finite number (send very long numbers as strings)'

/**
 * Inputs as text, numbers as they were written: `JSON.parse` would have rounded integers beyond 2^53.
 * @param json the text that `message` was parsed from
 */
const withInputTexts = (
  message: Readonly<Record<string, unknown>>,
  json: string,
): E.Either<DecodeError, unknown> => {
  const inputs: unknown = message['inputs']
  if (!Array.isArray(inputs) || inputs.length > MAX_ITEMS) return E.right(message)
  const sources = inputs.some((input) => typeof input === 'number') ? itemTexts(json, 'inputs') : []
  const texts = inputs.map((input: unknown, i) =>
    typeof input === 'number' ? numberText(sources[i] ?? '') : input,
  )
  const problems = texts.flatMap((item, i) =>
    typeof item === 'string' ? [] : [{ path: `inputs[${i}]`, message: INPUT }],
  )
  return problems.length === 0 ? E.right({ ...message, inputs: texts }) : E.left(new DecodeError(problems))
}

const refused = (path: string, message: string): E.Either<DecodeError, never> =>
  E.left(new DecodeError([{ path, message }]))

/** A file in the command wins over an image, but for an encrypted task: its image is what the key belongs to. */
const sourceOf = ({
  file,
  image_url,
  encrypted,
  kbs_resource_path,
}: Wire): E.Either<DecodeError, BinarySource> => {
  const image = image_url === undefined || image_url === '' ? undefined : image_url
  if (encrypted === true) {
    if ((kbs_resource_path ?? '') === '')
      return refused('kbs_resource_path', 'required for an encrypted task')
    if (image === undefined) return refused('image_url', 'required for an encrypted task')
    return E.right({ type: 'image', image })
  }
  if (file !== undefined && file !== '') return E.right({ type: 'inline', base64: file })
  return image === undefined
    ? refused('', 'neither file nor image_url is given')
    : E.right({ type: 'image', image })
}

const length = (texts: readonly string[]): number => texts.reduce((sum, item) => sum + item.length, 0)

const withinSize = (wire: Wire): E.Either<DecodeError, Wire> => {
  const env = Object.entries(wire.env ?? {})
  return length(wire.inputs ?? []) + length(wire.cli_args ?? []) + length(env.flat()) <= MAX_TEXT
    ? E.right(wire)
    : refused('', `expected at most ${MAX_TEXT} characters in inputs, cli_args and env together`)
}

const toCommand = (wire: Wire, source: BinarySource): StartCommand => ({
  type: 'start',
  id: wire.id,
  name: wire.name,
  ...targetOf(wire.broadcast, wire.proplet_id),
  source,
  inputs: wire.inputs ?? [],
  cliArgs: wire.cli_args ?? [],
  env: wire.env ?? {},
  daemon: wire.daemon ?? false,
  latent: wire.latent ?? false,
  encrypted: wire.encrypted ?? false,
  kbsResourcePath: wire.kbs_resource_path === '' ? undefined : wire.kbs_resource_path,
  monitoringProfile: wire.monitoring_profile && toProfile(wire.monitoring_profile),
})

/** @param json the text that `message` was parsed from */
export const decodeStart = (
  message: Readonly<Record<string, unknown>>,
  json: string,
): E.Either<DecodeError, StartCommand> =>
  pipe(
    withInputTexts(message, json),
    E.chain(decode(start)),
    E.chain(withinSize),
    E.chain((wire) => E.map((source: BinarySource) => toCommand(wire, source))(sourceOf(wire))),
  )
