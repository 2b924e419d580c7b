import type { ByteReader } from '../wasm/byte-reader.js'
import type { AliasDefinition, CoreSort, Sort } from './ast.js'
import { malformed } from './error.js'
import type { ScopeBuilder } from './scope.js'
import { readSort } from './sorts.js'

const TARGET = { export: 0x00, coreExport: 0x01, outer: 0x02 } as const
/** Sorts that do not depend on the state of an instance. */
const OUTER_SORTS: ReadonlySet<Sort> = new Set<Sort>(['type', 'component', 'core-type', 'core-module'])
const CORE_EXPORTS: readonly CoreSort[] = [
  'core-func',
  'core-table',
  'core-memory',
  'core-global',
  'core-tag',
]

export function readAlias(reader: ByteReader, scope: ScopeBuilder): AliasDefinition {
  const at = reader.offset
  const sort = readSort(reader)
  const target = reader.u8()
  switch (target) {
    case TARGET.export:
      if (sort.startsWith('core-') && sort !== 'core-module') throw malformed(`an alias of a ${sort}`, at)
      return { kind: 'alias-export', sort, instance: scope.index(reader, 'instance'), name: reader.name() }
    case TARGET.coreExport:
      return {
        kind: 'alias-core-export',
        sort: coreExportSort(sort, at),
        instance: scope.index(reader, 'core-instance'),
        name: reader.name(),
      }
    case TARGET.outer:
      return readOuter(reader, scope, sort, at)
    default:
      throw malformed(`unknown target 0x${target.toString(16)} of an alias`, at)
  }
}

function coreExportSort(sort: Sort, at: number): CoreSort {
  const core = CORE_EXPORTS.find((candidate) => candidate === sort)
  if (core === undefined) throw malformed(`an alias of a ${sort} of a core instance`, at)
  return core
}

function readOuter(reader: ByteReader, scope: ScopeBuilder, sort: Sort, at: number): AliasDefinition {
  if (!OUTER_SORTS.has(sort)) throw malformed(`an outer alias of a ${sort}`, at)
  const depth = reader.u32()
  const index = reader.u32()
  scope.outer(depth, at).check(sort, index, at)
  return { kind: 'alias-outer', sort, depth, index }
}
