import type { ByteReader } from '../wasm/byte-reader.js'
import type { PrimitiveKind } from '../types.js'
import { malformed } from './error.js'
import { readLabel } from './names.js'
import type { ScopeBuilder } from './scope.js'
import type { CaseOfType, LabelledType, ValType } from './type-ast.js'
import type { DefinedType } from './ast.js'
import { distinct, readFilledVector, readVector } from './vector.js'

/** `primvaltype`, by opcode from 0x7f downwards. */
const PRIMITIVES: readonly PrimitiveKind[] = [
  'bool',
  's8',
  'u8',
  's16',
  'u16',
  's32',
  'u32',
  's64',
  'u64',
  'f32',
  'f64',
  'char',
  'string',
]
const ERROR_CONTEXT = 0x64

const primitiveOf = (code: number): PrimitiveKind | undefined =>
  code === ERROR_CONTEXT ? 'error-context' : PRIMITIVES[0x7f - code]

/** A primitive is a negative one-byte number, an index a non-negative number. */
export function readValType(reader: ByteReader, scope: ScopeBuilder): ValType {
  const at = reader.offset
  const number = reader.s33()
  if (number >= 0) {
    scope.check('type', number, at)
    return number
  }
  const primitive = primitiveOf(number + 0x80)
  if (primitive === undefined) throw malformed('unknown value type', at)
  if (primitive === 'error-context') scope.tally.usesAsync = true
  return primitive
}

export function readOptional<T>(reader: ByteReader, read: () => T): T | undefined {
  const at = reader.offset
  const present = reader.u8()
  if (present > 1) throw malformed('neither 0 nor 1 in front of an optional part', at)
  return present === 1 ? read() : undefined
}

export function readLabelledTypes(reader: ByteReader, scope: ScopeBuilder): readonly LabelledType[] {
  const at = reader.offset
  const types = readVector(reader, scope.tally, () => ({
    name: readLabel(reader),
    type: readValType(reader, scope),
  }))
  return distinct(types, ({ name }) => name, at)
}

/** Types identified by their first byte. */
const FORMS: ReadonlyMap<number, (reader: ByteReader, scope: ScopeBuilder) => DefinedType> = new Map([
  [0x72, readRecord],
  [0x71, readVariant],
  [0x70, (reader, scope) => ({ kind: 'list', element: readValType(reader, scope), length: undefined })],
  [0x6f, readTuple],
  [0x6e, (reader, scope) => ({ kind: 'flags', names: readLabels(reader, scope) })],
  [0x6d, (reader, scope) => ({ kind: 'enum', cases: readLabels(reader, scope) })],
  [0x6b, (reader, scope) => ({ kind: 'option', some: readValType(reader, scope) })],
  [0x6a, readResult],
  [0x69, (reader, scope) => ({ kind: 'own', resource: scope.index(reader, 'type') })],
  [0x68, (reader, scope) => ({ kind: 'borrow', resource: scope.index(reader, 'type') })],
  [0x67, (reader, scope) => ({ kind: 'list', element: readValType(reader, scope), length: reader.u32() })],
  [0x66, (reader, scope) => readAsync('stream', reader, scope)],
  [0x65, (reader, scope) => readAsync('future', reader, scope)],
  [
    0x63,
    (reader, scope) => ({
      kind: 'map',
      key: readValType(reader, scope),
      value: readValType(reader, scope),
    }),
  ],
])

/** The rest of a `defvaltype` after its opcode; undefined if the opcode is not one of them. */
export function readDefinedValue(
  code: number,
  reader: ByteReader,
  scope: ScopeBuilder,
): DefinedType | undefined {
  const primitive = primitiveOf(code)
  if (primitive !== undefined) {
    if (primitive === 'error-context') scope.tally.usesAsync = true
    return { kind: 'primitive', primitive }
  }
  return FORMS.get(code)?.(reader, scope)
}

function readRecord(reader: ByteReader, scope: ScopeBuilder): DefinedType {
  const at = reader.offset
  const fields = readLabelledTypes(reader, scope)
  if (fields.length === 0) throw malformed('a record without fields', at)
  return { kind: 'record', fields }
}

function readVariant(reader: ByteReader, scope: ScopeBuilder): DefinedType {
  const at = reader.offset
  const cases = readFilledVector(reader, scope.tally, () => readCase(reader, scope))
  return { kind: 'variant', cases: distinct(cases, ({ name }) => name, at) }
}

function readCase(reader: ByteReader, scope: ScopeBuilder): CaseOfType {
  const name = readLabel(reader)
  const type = readOptional(reader, () => readValType(reader, scope))
  const at = reader.offset
  if (reader.u8() !== 0) throw malformed('a case does not end with a zero byte', at)
  return { name, type }
}

function readTuple(reader: ByteReader, scope: ScopeBuilder): DefinedType {
  return { kind: 'tuple', items: readFilledVector(reader, scope.tally, () => readValType(reader, scope)) }
}

function readLabels(reader: ByteReader, scope: ScopeBuilder): readonly string[] {
  const at = reader.offset
  return distinct(readFilledVector(reader, scope.tally, readLabel), (name) => name, at)
}

function readResult(reader: ByteReader, scope: ScopeBuilder): DefinedType {
  const ok = readOptional(reader, () => readValType(reader, scope))
  return { kind: 'result', ok, err: readOptional(reader, () => readValType(reader, scope)) }
}

function readAsync(kind: 'stream' | 'future', reader: ByteReader, scope: ScopeBuilder): DefinedType {
  scope.tally.usesAsync = true
  return { kind, element: readOptional(reader, () => readValType(reader, scope)) }
}
