import type { ByteReader } from '../wasm/byte-reader.js'
import { readAlias } from './aliases.js'
import { sortOf } from './ast.js'
import { readCanon } from './canon.js'
import { readCoreType } from './core-types.js'
import { readDescription, readExport } from './externs.js'
import { readCoreInstance, readInstance } from './instances.js'
import { readExternName } from './names.js'
import type { ScopeBuilder } from './scope.js'
import { readDefinedType } from './types.js'

/** Reads one entry of a section and defines it. */
type Define = (reader: ByteReader, scope: ScopeBuilder, offset: number) => void

/** The sections that are lists of definitions, by section number. */
export const LISTS: ReadonlyMap<number, Define> = new Map<number, Define>([
  [
    2,
    (reader, scope, offset) => {
      scope.define({ ...readCoreInstance(reader, scope), offset }, 'core-instance')
    },
  ],
  [
    3,
    (reader, scope, offset) => {
      scope.define({ kind: 'core-type', offset, type: readCoreType(reader, scope) }, 'core-type')
    },
  ],
  [
    5,
    (reader, scope, offset) => {
      scope.define({ ...readInstance(reader, scope), offset }, 'instance')
    },
  ],
  [
    6,
    (reader, scope, offset) => {
      const alias = readAlias(reader, scope)
      scope.define({ ...alias, offset }, alias.sort)
    },
  ],
  [
    7,
    (reader, scope, offset) => {
      scope.define({ kind: 'type', offset, type: readDefinedType(reader, scope) }, 'type')
    },
  ],
  [
    8,
    (reader, scope, offset) => {
      const canon = readCanon(reader, scope)
      scope.define({ ...canon, offset }, canon.kind === 'lift' ? 'func' : 'core-func')
    },
  ],
  [
    10,
    (reader, scope, offset) => {
      const name = readExternName(reader, scope.tally)
      scope.claim('import', name.text, offset)
      const description = readDescription(reader, scope)
      scope.define({ kind: 'import', offset, name, description }, sortOf(description))
    },
  ],
  [
    11,
    (reader, scope, offset) => {
      const exported = readExport(reader, scope)
      scope.define({ ...exported, offset }, exported.sort)
    },
  ],
])
