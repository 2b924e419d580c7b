import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { BinarySource, StartCommand } from '../../model/command.js'
import { env, inputs, MAX_ITEMS, withInputTexts } from './call.js'
import { decode, DecodeError } from './decode.js'
import { monitoringProfile, toProfile } from './monitoring.js'
import { propletId, targetOf, taskId } from './target.js'
import { anyText, cText, fields, filled, finite, flag, label, list, optional } from './types.js'

const NAME_LENGTH = 1024
const REFERENCE_LENGTH = 2048

const WIRE = {
  id: taskId,
  name: filled(NAME_LENGTH),
  state: optional(finite),
  image_url: optional(label(REFERENCE_LENGTH)),
  file: optional(anyText),
  inputs,
  cli_args: optional(list(cText, MAX_ITEMS)),
  env,
  broadcast: optional(flag),
  proplet_id: optional(propletId),
  daemon: optional(flag),
  latent: optional(flag),
  encrypted: optional(flag),
  kbs_resource_path: optional(label(REFERENCE_LENGTH)),
  hal_storage_path: optional(label(REFERENCE_LENGTH)),
  monitoring_profile: optional(monitoringProfile),
  metadata: t.unknown,
}

export const START_FIELDS: ReadonlySet<string> = new Set(Object.keys(WIRE))

const decodeFields = decode(fields(WIRE))

type Wire = t.TypeOfProps<typeof WIRE>

const refused = (path: string, message: string): E.Either<DecodeError, never> =>
  E.left(new DecodeError([{ path, message }]))

/** A file in the command takes precedence over an image. An encrypted task has none: the key belongs to its image. */
const sourceOf = ({ file, image_url, encrypted }: Wire): E.Either<DecodeError, BinarySource> => {
  const image = image_url === undefined || image_url === '' ? undefined : image_url
  if (encrypted === true) {
    if (image === undefined) return refused('', 'image_url is required for encrypted workloads')
    if (file !== undefined && file !== '')
      return refused('', 'encrypted workloads should only use image_url, not file')
    return E.right({ type: 'image', image })
  }
  if (file !== undefined && file !== '') return E.right({ type: 'inline', base64: file })
  return image === undefined
    ? refused('', 'neither file nor image_url is given')
    : E.right({ type: 'image', image })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

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
  ...(wire.hal_storage_path !== undefined &&
    wire.hal_storage_path !== '' && { halStoragePath: wire.hal_storage_path }),
  monitoringProfile: wire.monitoring_profile && toProfile(wire.monitoring_profile),
  restart: isRecord(wire.metadata) && wire.metadata['restart'] === 'always',
})

/** @param json the text that `message` was parsed from */
export const decodeStart = (
  message: Readonly<Record<string, unknown>>,
  json: string,
): E.Either<DecodeError, StartCommand> => {
  const texts = withInputTexts(message, json)
  if (E.isLeft(texts)) return texts
  const wire = decodeFields(texts.right)
  if (E.isLeft(wire)) return wire
  const source = sourceOf(wire.right)
  return E.isLeft(source) ? source : E.right(toCommand(wire.right, source.right))
}
