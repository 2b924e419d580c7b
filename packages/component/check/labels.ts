import { malformed } from '../binary/error.js'
import { isLabel } from './names.js'

/** Names of members are in kebab case, and differ even where case does not count. `what`: `record field`. */
export function checkLabels(names: readonly string[], what: string, offset: number): void {
  const seen = new Map<string, string>()
  const member = what.split(' ').at(-1) ?? what
  for (const name of names) {
    if (!isLabel(name)) throw malformed(`${what} name \`${name}\` is not in kebab case`, offset)
    const key = name.toLowerCase()
    const previous = seen.get(key)
    if (previous !== undefined)
      throw malformed(
        `${what} name \`${name}\` conflicts with previous ${member} name \`${previous}\``,
        offset,
      )
    seen.set(key, name)
  }
}
