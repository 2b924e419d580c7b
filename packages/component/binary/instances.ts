import type { ByteReader } from '../wasm/byte-reader.js'
import type { CoreInstanceDefinition, InstanceDefinition } from './ast.js'
import { malformed } from './error.js'
import { readExternName } from './names.js'
import type { ScopeBuilder } from './scope.js'
import { readCoreSort, readPassableSort } from './sorts.js'
import { distinct, readVector } from './vector.js'

const INSTANTIATE = 0x00
const BUNDLE = 0x01
const INSTANCE_SORT = 0x12

const nameOf = ({ name }: { readonly name: string }): string => name

/** `core:instance`. */
export function readCoreInstance(reader: ByteReader, scope: ScopeBuilder): CoreInstanceDefinition {
  const at = reader.offset
  const form = reader.u8()
  if (form === INSTANTIATE) {
    const module = scope.index(reader, 'core-module')
    const args = readVector(reader, scope.tally, () => readCoreArgument(reader, scope))
    return { kind: 'core-instantiate', module, args: distinct(args, nameOf, at) }
  }
  if (form !== BUNDLE) throw malformed('unknown form of a core instance', at)
  const exports = readVector(reader, scope.tally, () => {
    const name = reader.name()
    const sort = readCoreSort(reader)
    return { name, sort, index: scope.index(reader, sort) }
  })
  return { kind: 'core-bundle', exports: distinct(exports, nameOf, at) }
}

function readCoreArgument(reader: ByteReader, scope: ScopeBuilder): { name: string; instance: number } {
  const name = reader.name()
  const at = reader.offset
  if (reader.u8() !== INSTANCE_SORT)
    throw malformed('an argument of a core module that is not an instance', at)
  return { name, instance: scope.index(reader, 'core-instance') }
}

/** `instance`. */
export function readInstance(reader: ByteReader, scope: ScopeBuilder): InstanceDefinition {
  const at = reader.offset
  const form = reader.u8()
  if (form === INSTANTIATE) {
    const component = scope.index(reader, 'component')
    const args = readVector(reader, scope.tally, () => {
      const name = reader.name()
      const sort = readPassableSort(reader)
      return { name, sort, index: scope.index(reader, sort) }
    })
    return { kind: 'instantiate', component, args: distinct(args, nameOf, at) }
  }
  if (form !== BUNDLE) throw malformed('unknown form of an instance', at)
  const exports = readVector(reader, scope.tally, () => {
    const extern = readExternName(reader, scope.tally)
    const sort = readPassableSort(reader)
    return { name: extern.text, extern, sort, index: scope.index(reader, sort) }
  })
  return { kind: 'bundle', exports: distinct(exports, nameOf, at) }
}
