import type { Sort } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { missing, type Scope } from './scope.js'
import type { Entity } from './types.js'

/** An item of an index space that components pass on. */
export function itemOf(sort: Sort, index: number, scope: Scope, offset: number): Entity {
  switch (sort) {
    case 'func':
      return scope.func(index, offset)
    case 'instance':
      return scope.instances[index] ?? missing(sort, index, offset)
    case 'component':
      return scope.components[index] ?? missing(sort, index, offset)
    case 'core-module':
      return scope.modules[index] ?? missing('module', index, offset)
    case 'type':
      return { kind: 'type', type: scope.types[index] ?? missing(sort, index, offset) }
    case 'value':
      return { kind: 'value' }
    case 'core-func':
    case 'core-table':
    case 'core-memory':
    case 'core-global':
    case 'core-tag':
    case 'core-type':
    case 'core-instance':
      throw malformed(`a ${sort} is passed on`, offset)
  }
}
