import type { ExternName } from '../binary/ast.js'
import { malformed } from '../binary/error.js'
import { keyOf, parseName, type Name } from './names.js'
import type { Entity, Func, Resource, Value } from './types.js'

/** The names of the imports, or of the exports, of one scope. */
export class NameScope {
  readonly #side: 'import' | 'export'
  readonly #keys = new Map<string, string>()
  /** By the ID of a resource type. */
  readonly #resources = new Map<number, Set<string>>()
  readonly #resourceNames = new Set<string>()

  constructor(side: 'import' | 'export') {
    this.#side = side
  }

  /** Registers a name if it is valid, unique, and fits what it names. */
  claim(name: ExternName, entity: Entity, offset: number): void {
    const parsed = parseName(name.text, name.versionSuffix !== undefined)
    if (typeof parsed === 'string') throw malformed(parsed, offset)
    const key = keyOf(name.text, parsed)
    const previous = this.#keys.get(key)
    if (previous !== undefined)
      throw malformed(
        `${this.#side} name \`${name.text}\` conflicts with previous name \`${previous}\``,
        offset,
      )
    this.#keys.set(key, name.text)
    checkImplements(name, parsed, entity, offset)
    this.#checkAnnotation(name.text, parsed, entity, offset)
  }

  /** Registers the name of a resource type in the scope. */
  register(name: string, { id }: Resource): void {
    this.#resourceNames.add(name)
    const names = this.#resources.get(id)
    if (names === undefined) this.#resources.set(id, new Set([name]))
    else names.add(name)
  }

  #checkAnnotation(text: string, name: Name, entity: Entity, offset: number): void {
    if (name.kind === 'label' || name.kind === 'interface') return
    if (entity.kind !== 'func') throw malformed(`\`${text}\` is not a func`, offset)
    if (name.kind === 'static') {
      if (!this.#resourceNames.has(name.resource))
        throw malformed(`static resource name \`${name.resource}\` is not known in this context`, offset)
      return
    }
    const resource = name.kind === 'constructor' ? constructed(entity) : methodOf(entity)
    if (typeof resource === 'string') throw malformed(`\`${text}\` ${resource}`, offset)
    const names = this.#resources.get(resource.id)
    if (names === undefined)
      throw malformed('resource used in function does not have a name in this context', offset)
    if (!names.has(name.resource))
      throw malformed(`function does not match expected resource name \`${[...names].join('`, `')}\``, offset)
  }
}

function checkImplements(name: ExternName, parsed: Name, entity: Entity, offset: number): void {
  if (name.implements === undefined) return
  if (entity.kind !== 'instance') throw malformed('only instances can have an `implements`', offset)
  if (parsed.kind !== 'label')
    throw malformed(`name \`${name.text}\` is not valid with \`implements\``, offset)
  const target = parseName(name.implements, false)
  if (typeof target === 'string') throw malformed(`\`${name.implements}\` is not a valid name`, offset)
  if (target.kind !== 'interface') throw malformed(`\`${name.implements}\` must be an interface`, offset)
}

/** The resource type that a constructor returns, or the error text. */
function constructed({ result }: Func): Resource | string {
  if (result === undefined) return 'should return one value'
  const form = formOf(result)
  const made = form?.kind === 'result' ? form.ok : result
  const handle = made === undefined ? undefined : formOf(made)
  return handle?.kind === 'own' ? handle.resource : 'function should return `(own $T)` or `(result (own $T))`'
}

function methodOf({ params: [self] }: Func): Resource | string {
  if (self === undefined) return 'should have at least one argument'
  if (self.name !== 'self') return 'should have a first argument called `self`'
  const form = formOf(self.type)
  return form?.kind === 'borrow' ? form.resource : 'should take a first argument of `(borrow $T)`'
}

const formOf = (type: Value) => (typeof type === 'string' ? undefined : type.form)
