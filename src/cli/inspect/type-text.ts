import type { FunctionType, ValueType } from '@proplet/component/types.js'
import { shown } from './shown.js'

/** The names of types in the scope where they are printed. */
export type TypeNames = ReadonlyMap<ValueType, string>

/** A type may have a million parts, so longer text is cut; in characters. */
const MAX_TEXT = 4000

/** Text with a size limit. */
class Text {
  #text = ''

  get full(): boolean {
    return this.#text.length > MAX_TEXT
  }

  add(text: string): this {
    if (!this.full) this.#text += text
    return this
  }

  /** Appends items, separated by commas. */
  list<T>(items: readonly T[], add: (item: T) => void): this {
    items.every((item, index) => {
      if (index > 0) this.add(', ')
      add(item)
      return !this.full
    })
    return this
  }

  toString(): string {
    return this.full ? `${this.#text.slice(0, MAX_TEXT)}…` : this.#text
  }
}

/** A type in WIT syntax, by its name if it has one. */
export const typeText = (type: ValueType, names: TypeNames): string => {
  const text = new Text()
  use(type, names, text)
  return String(text)
}

/** The definition of a type, even if it has a name. */
export const definitionText = (type: ValueType, names: TypeNames): string => {
  const text = new Text()
  define(type, names, text)
  return String(text)
}

export const functionText = ({ params, result, async }: FunctionType, names: TypeNames): string => {
  const text = new Text().add(async ? 'async func(' : 'func(')
  text.list(params, ({ name, type }) => {
    use(type, names, text.add(`${shown(name)}: `))
  })
  text.add(')')
  if (result !== undefined) use(result, names, text.add(' -> '))
  return String(text)
}

function use(type: ValueType, names: TypeNames, text: Text): void {
  const name = names.get(type)
  if (name !== undefined) text.add(shown(name))
  else if (!text.full) define(type, names, text)
}

function define(type: ValueType, names: TypeNames, text: Text): void {
  const each = (part: ValueType): void => {
    use(part, names, text)
  }
  switch (type.kind) {
    case 'record':
      text.add('record { ').list(type.fields, (field) => {
        each((text.add(`${field.name}: `), field.type))
      })
      text.add(' }')
      break
    case 'variant':
      text.add('variant { ').list(type.cases, (option) => {
        text.add(option.name)
        if (option.type !== undefined) wrap('(', [option.type], ')', text, each)
      })
      text.add(' }')
      break
    case 'enum':
      text.add('enum { ').list(type.cases, (name) => text.add(name))
      text.add(' }')
      break
    case 'flags':
      text.add('flags { ').list(type.names, (name) => text.add(name))
      text.add(' }')
      break
    case 'tuple':
      wrap('tuple<', type.items, '>', text, each)
      break
    case 'option':
      wrap('option<', [type.some], '>', text, each)
      break
    case 'list':
      wrap('list<', [type.element], type.length === undefined ? '>' : `, ${type.length}>`, text, each)
      break
    case 'stream':
    case 'future':
      if (type.element === undefined) text.add(type.kind)
      else wrap(`${type.kind}<`, [type.element], '>', text, each)
      break
    case 'result':
      addResult(type.ok, type.err, text, each)
      break
    case 'own':
      text.add(shown(type.resource))
      break
    case 'borrow':
      text.add(`borrow<${shown(type.resource)}>`)
      break
    case 'bool':
    case 's8':
    case 'u8':
    case 's16':
    case 'u16':
    case 's32':
    case 'u32':
    case 's64':
    case 'u64':
    case 'f32':
    case 'f64':
    case 'char':
    case 'string':
    case 'error-context':
      text.add(type.kind)
  }
}

type Each = (type: ValueType) => void

function wrap(open: string, types: readonly ValueType[], close: string, text: Text, each: Each): void {
  text.add(open).list(types, each).add(close)
}

function addResult(ok: ValueType | undefined, err: ValueType | undefined, text: Text, each: Each): void {
  text.add('result')
  if (ok === undefined && err === undefined) return
  if (ok === undefined) text.add('<_')
  else each((text.add('<'), ok))
  if (err !== undefined) each((text.add(', '), err))
  text.add('>')
}
