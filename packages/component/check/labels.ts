import { malformed } from '../binary/error.js'

/** Names of members must differ in more than case. `what`: `record field`. */
export function checkLabels(names: readonly string[], what: string, offset: number): void {
  const seen = new Map<string, string>()
  const member = what.split(' ').at(-1) ?? what
  for (const name of names) {
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
