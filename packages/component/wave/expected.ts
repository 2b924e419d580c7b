import type { ValueType } from '../types.js'
import { quoted } from './token.js'

const SHOWN = 8

/** The names that can be at a place, for an error; the first few of many. */
export const oneOf = (names: Iterable<string>): string => {
  const shown: string[] = []
  for (const name of names) {
    if (shown.length === SHOWN) return `one of ${shown.join(', ')}, …`
    shown.push(quoted(name))
  }
  return shown.length > 1 ? `one of ${shown.join(', ')}` : shown.join('')
}

/** Why values of a type can be neither read nor printed. */
export const unwritable = (type: ValueType): string => {
  const name = 'resource' in type ? `${type.kind}<${type.resource}>` : type.kind
  return `expected a type that has a text form, found ${quoted(name)}, which has none`
}
