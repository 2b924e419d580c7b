import type { ByteReader } from '../wasm/byte-reader.js'
import type { ExternName } from './ast.js'
import { malformed } from './error.js'
import type { Tally } from './scope.js'
import { readVector } from './vector.js'

const PLAIN = 0x00
const PLAIN_TOO = 0x01
const WITH_OPTIONS = 0x02

/** Kebab-case, words of letters and digits. */
const LABEL = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/i

/** The name of a field, a case, a flag or a parameter. */
export function readLabel(reader: ByteReader): string {
  const at = reader.offset
  const label = reader.name()
  if (!LABEL.test(label)) throw malformed('a label that is not in kebab-case', at)
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
  return {
    text,
    implements: options.find(({ kind }) => kind === 'implements')?.text,
    versionSuffix: options.find(({ kind }) => kind === 'version-suffix')?.text,
  }
}

function readOption(reader: ByteReader): { kind: 'implements' | 'version-suffix'; text: string } {
  const at = reader.offset
  const kind = (['implements', 'version-suffix'] as const)[reader.u8()]
  if (kind === undefined) throw malformed('unknown option of a name', at)
  return { kind, text: reader.name() }
}
