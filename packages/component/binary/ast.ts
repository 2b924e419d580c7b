import type { CanonDefinition } from './canon-ast.js'
import type { CoreTypeDefinition, FuncType, ResourceType, ValType, ValueDefinition } from './type-ast.js'

/** The core index spaces of a component; their names begin with `core-`. */
export type CoreSort =
  | 'core-func'
  | 'core-table'
  | 'core-memory'
  | 'core-global'
  | 'core-tag'
  | 'core-type'
  | 'core-module'
  | 'core-instance'

export type Sort = CoreSort | 'func' | 'value' | 'type' | 'component' | 'instance'

/** An item of an index space. */
export type Reference = { readonly sort: Sort; readonly index: number }
export type CoreReference = { readonly sort: CoreSort; readonly index: number }

export type Named<T> = T & { readonly name: string }

/**
 * Definitions in the order of the binary, and the index spaces that they form: `spaces.get(sort)[index]` is the number of the
 * definition of an item. Indices are checked: they refer to earlier definitions, in this scope or in an outer one. `describe`
 * checks that the types fit.
 */
export type Scope = {
  readonly definitions: readonly Definition[]
  readonly spaces: ReadonlyMap<Sort, readonly number[]>
}

/** A component, outermost or nested, from `start` to `end` in the file. */
export type Component = Scope & {
  readonly start: number
  readonly end: number
  /** The names of its custom sections. */
  readonly customSections: readonly string[]
}

/** A definition, and its offset. Each adds one item to the index space named in the comment of its type. */
export type Definition = { readonly offset: number } & (
  | CoreModuleDefinition
  | CoreInstanceDefinition
  | CoreTypeDefinition
  | ComponentDefinition
  | InstanceDefinition
  | AliasDefinition
  | TypeDefinition
  | CanonDefinition
  | StartDefinition
  | ImportDefinition
  | ExportDefinition
  | ExportDeclaration
)

/** `core-module`: the bytes from `start` to `end` of the file. */
export type CoreModuleDefinition = {
  readonly kind: 'core-module'
  readonly start: number
  readonly end: number
}

/** `core-instance`. */
export type CoreInstanceDefinition =
  | {
      readonly kind: 'core-instantiate'
      readonly module: number
      /** Indices of `core-instance`; names are the first part of the module's import names. */
      readonly args: readonly Named<{ readonly instance: number }>[]
    }
  | { readonly kind: 'core-bundle'; readonly exports: readonly Named<CoreReference>[] }

/** `type`. */
export type TypeDefinition = { readonly kind: 'type'; readonly type: DefinedType }

export type DefinedType =
  | ValueDefinition
  | FuncType
  | ResourceType
  /** Its definitions are types, aliases, imports and export declarations. */
  | { readonly kind: 'component'; readonly scope: Scope }
  | { readonly kind: 'instance'; readonly scope: Scope }

/** `component`. */
export type ComponentDefinition = { readonly kind: 'component'; readonly component: Component }

/** `instance`. */
export type InstanceDefinition =
  | { readonly kind: 'instantiate'; readonly component: number; readonly args: readonly Named<Reference>[] }
  | {
      readonly kind: 'bundle'
      readonly exports: readonly (Named<Reference> & { readonly extern: ExternName })[]
    }

/** `sort`. */
export type AliasDefinition =
  | { readonly kind: 'alias-export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  | {
      readonly kind: 'alias-core-export'
      readonly sort: CoreSort
      readonly instance: number
      readonly name: string
    }
  /** `depth` 0 is this scope, 1 the one around it; component and instance types are scopes too. */
  | { readonly kind: 'alias-outer'; readonly sort: Sort; readonly depth: number; readonly index: number }

/** Defines `results` items of `value`. */
export type StartDefinition = {
  readonly kind: 'start'
  readonly func: number
  readonly args: readonly number[]
  readonly results: number
}

/** Adds to the sort of its description. Occurs in components and component types. */
export type ImportDefinition = {
  readonly kind: 'import'
  readonly name: ExternName
  readonly description: ExternDescription
}

/** Adds to the same sort again: later definitions use the exported item, with the type of the description if there is one. */
export type ExportDefinition = Reference & {
  readonly kind: 'export'
  readonly name: ExternName
  readonly description: ExternDescription | undefined
}

/** Adds to the sort of its description. Occurs in component types and instance types. */
export type ExportDeclaration = {
  readonly kind: 'export-declaration'
  readonly name: ExternName
  readonly description: ExternDescription
}

export type ExternName = {
  /** As written, with the version. */
  readonly text: string
  /** The interface that a plain name implements. */
  readonly implements: string | undefined
  /** The part of the version that was cut off from `text`. */
  readonly versionSuffix: string | undefined
  /** Its name outside of WebAssembly; uninterpreted. */
  readonly externalId: string | undefined
}

/** What an import or an export is; indices are of the space `type`, or `core-type` for a module. */
export type ExternDescription =
  | { readonly kind: 'core-module'; readonly type: number }
  | { readonly kind: 'func'; readonly type: number }
  | { readonly kind: 'component'; readonly type: number }
  | { readonly kind: 'instance'; readonly type: number }
  | { readonly kind: 'value'; readonly type: ValType }
  | { readonly kind: 'value-equal'; readonly value: number }
  | { readonly kind: 'type-equal'; readonly type: number }
  | { readonly kind: 'type-resource' }

/** The sort that an import or export of this description defines. */
export const sortOf = ({ kind }: ExternDescription): Sort => {
  switch (kind) {
    case 'value-equal':
      return 'value'
    case 'type-equal':
    case 'type-resource':
      return 'type'
    case 'core-module':
    case 'func':
    case 'component':
    case 'instance':
    case 'value':
      return kind
  }
}

/** The definition behind an item of an index space. */
export const definitionOf = (scope: Scope, { sort, index }: Reference): Definition | undefined => {
  const number = scope.spaces.get(sort)?.[index]
  return number === undefined ? undefined : scope.definitions[number]
}
