import type { ComponentDescription, Item, Items, TypeItem } from '@proplet/component/describe/description.js'
import type { ValueType } from '@proplet/component/types.js'
import { type Member, type ScopeView, viewOf } from './scope-view.js'
import { shown } from './shown.js'
import { definitionText, functionText, typeText } from './type-text.js'

type Lines = Generator<string, void>
/** The place of lines: their indentation, and the names of types there. */
type Place = { readonly indent: string; readonly view: ScopeView; readonly side: '' | 'import ' | 'export ' }

/** The imports and exports of a component, one per line, much like a world in WIT. */
export const componentLines = ({ imports, exports }: ComponentDescription): Lines =>
  worldLines(imports, exports, '')

/** Functions of the world's own resources are not grouped, because they may be imports or exports. */
function* worldLines(imports: Items, exports: Items, indent: string): Lines {
  const view: ScopeView = { ...viewOf(imports, exports), members: new Map() }
  for (const [name, item] of imports) yield* itemLines(name, item, { indent, view, side: 'import ' })
  for (const [name, item] of exports) yield* itemLines(name, item, { indent, view, side: 'export ' })
}

function* interfaceLines(items: Items, indent: string): Lines {
  const view = viewOf(items)
  for (const [name, item] of view.items) yield* itemLines(name, item, { indent, view, side: '' })
}

function* itemLines(name: string, item: Item, place: Place): Lines {
  const { indent, view, side } = place
  const head = `${indent}${side}${shown(name)}:`
  switch (item.kind) {
    case 'func':
      yield `${head} ${functionText(item.type, view.names)}`
      break
    case 'value':
      yield `${head} value ${typeText(item.type, view.names)}`
      break
    case 'core-module':
      yield `${head} core module`
      break
    case 'instance':
      yield* block(`${head} interface`, indent, interfaceLines(item.exports, `${indent}  `))
      break
    case 'component':
      yield* block(`${head} component`, indent, worldLines(item.imports, item.exports, `${indent}  `))
      break
    case 'type':
      yield* typeLines(name, item.type, place)
  }
}

function* typeLines(name: string, type: TypeItem, place: Place): Lines {
  const { indent, view, side } = place
  const label = shown(name)
  switch (type.kind) {
    case 'resource':
      yield* block(
        `${indent}${side}resource ${label}`,
        indent,
        (view.members.get(name) ?? []).map((member) => `${indent}  ${memberText(member, view)}`),
      )
      break
    case 'value':
      yield* valueLines(name, type.type, place)
      break
    case 'func':
      yield `${indent}${side}type ${label} = ${functionText(type.type, view.names)}`
      break
    case 'instance':
    case 'component':
      yield `${indent}${side}type ${label} = ${type.kind === 'instance' ? 'interface' : 'component'}`
  }
}

function memberText({ kind, label, type }: Member, { names }: ScopeView): string {
  const [first, ...others] = type.params
  const own = kind === 'method' && first?.name === 'self' ? { ...type, params: others } : type
  if (kind === 'constructor') return functionText(type, names).replace(/^(async )?func/, '$1constructor')
  return `${shown(label)}: ${kind === 'static' ? 'static ' : ''}${functionText(own, names)}`
}

function* valueLines(name: string, type: ValueType, { indent, view, side }: Place): Lines {
  const { names } = view
  const first = names.get(type)
  const head = `${indent}${side}`
  if (first !== undefined && first !== name) {
    yield `${head}type ${shown(name)} = ${shown(first)}`
  } else if (type.kind === 'record') {
    const fields = map(type.fields, (field) => `${indent}  ${field.name}: ${typeText(field.type, names)},`)
    yield* block(`${head}record ${shown(name)}`, indent, fields)
  } else if (type.kind === 'variant') {
    const cases = map(type.cases, (each) => {
      const payload = each.type === undefined ? '' : `(${typeText(each.type, names)})`
      return `${indent}  ${each.name}${payload},`
    })
    yield* block(`${head}variant ${shown(name)}`, indent, cases)
  } else if (type.kind === 'enum' || type.kind === 'flags') {
    const labels = map(type.kind === 'enum' ? type.cases : type.names, (label) => `${indent}  ${label},`)
    yield* block(`${head}${type.kind} ${shown(name)}`, indent, labels)
  } else {
    yield `${head}type ${shown(name)} = ${definitionText(type, names)}`
  }
}

/** Lists are evaluated lazily. */
function* map<T>(items: Iterable<T>, text: (item: T) => string): Lines {
  for (const item of items) yield text(item)
}

function* block(head: string, indent: string, lines: Iterable<string>): Lines {
  let opened = false
  for (const line of lines) {
    if (!opened) yield `${head} {`
    opened = true
    yield line
  }
  yield opened ? `${indent}}` : head
}
