import type { ByteReader } from '../wasm/byte-reader.js'
import type { ExternName } from './ast.js'
import { isLabel } from './labels.js'
import { malformed } from './error.js'
import type { Tally } from './scope.js'
import { readVector } from './vector.js'

const PLAIN = 0x00
const PLAIN_TOO = 0x01
const WITH_OPTIONS = 0x02

/** The name of a field, a case, a flag or a parameter. */
export function readLabel(reader: ByteReader): string {
  const at = reader.offset
  const label = reader.name()
  if (!isLabel(label)) throw malformed('a label that is not in kebab-case', at)
  return label
}

/** `importname'` and `exportname'`. */
export function readExternName(reader: ByteReader, tally: Tally): ExternName {
  const at = reader.offset
  const form = reader.u8()
  if (form !== PLAIN && form !== PLAIN_TOO && form !== WITH_OPTIONS) {
    throw malformed(`unknown form 0x${form.toString(16)} of a name`, at)
  }
  const text = reader.name()
  const options = form === WITH_OPTIONS ? readVector(reader, tally, readOption) : []
  const given = new Map(options.map(({ kind, text: value }) => [kind, value]))
  if (given.size < options.length) {
    const twice = options.find(({ kind }, index) => options.findIndex((each) => each.kind === kind) < index)
    throw malformed(`duplicate '${twice?.kind ?? ''}' option in name`, at)
  }
  return {
    text,
    implements: given.get('implements'),
    versionSuffix: given.get('version-suffix'),
    externalId: given.get('external-id'),
  }
}

const OPTIONS = ['implements', 'version-suffix', 'external-id'] as const

function readOption(reader: ByteReader): { kind: (typeof OPTIONS)[number]; text: string } {
  const at = reader.offset
  const kind = OPTIONS[reader.u8()]
  if (kind === undefined) throw malformed('unknown option of a name', at)
  return { kind, text: reader.name() }
}
