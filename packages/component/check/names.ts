import { isLabel } from '../binary/labels.js'

const LOWER_LABEL = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const NUMBER = '(?:0|[1-9][0-9]*)'
const PRERELEASE = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`
/** https://semver.org */
const VERSION = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PRERELEASE}(?:\\.${PRERELEASE})*)?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
)
/** The part of a version that precedes a separate suffix. */
const CANONICAL_VERSION = new RegExp(`^(?:[1-9][0-9]*|0\\.[1-9][0-9]*|0\\.0\\.${NUMBER})$`)
const ANNOTATED = /^\[(constructor|method|static)\](.*)$/s

/** The parsed name of an import or export. */
export type Name =
  | { readonly kind: 'label' }
  | { readonly kind: 'interface' }
  | { readonly kind: 'constructor'; readonly resource: string }
  | { readonly kind: 'method' | 'static'; readonly resource: string; readonly label: string }

/** Returns an error text if the name is invalid. `cut`: its version has a separate suffix. */
export function parseName(text: string, cut: boolean): Name | string {
  const [, annotation, rest = ''] = ANNOTATED.exec(text) ?? []
  if (annotation === 'constructor')
    return isLabel(rest) ? { kind: 'constructor', resource: rest } : `\`${rest}\` is not in kebab case`
  if (annotation === 'method' || annotation === 'static') {
    const dot = rest.indexOf('.')
    if (dot === -1) return `failed to find \`.\` character in \`${text}\``
    const resource = rest.slice(0, dot)
    const label = rest.slice(dot + 1)
    for (const part of [resource, label]) if (!isLabel(part)) return `\`${part}\` is not in kebab case`
    return { kind: annotation, resource, label }
  }
  if (text.includes(':')) return parseInterface(text, cut)
  return isLabel(text) ? { kind: 'label' } : `\`${text}\` is not in kebab case`
}

function parseInterface(text: string, cut: boolean): Name | string {
  const at = text.indexOf('@')
  const path = at === -1 ? text : text.slice(0, at)
  const colon = path.indexOf(':')
  const slash = path.indexOf('/')
  const namespace = path.slice(0, colon)
  const name = slash === -1 ? path.slice(colon + 1) : path.slice(colon + 1, slash)
  for (const part of [namespace, name])
    if (!LOWER_LABEL.test(part))
      return `\`${part}\` is not in kebab case: \`${text}\` is not a valid extern name`
  if (slash === -1) return `expected \`/\` after package name in \`${text}\``
  const projection = path.slice(slash + 1)
  if (projection.includes('/'))
    return `trailing characters found: \`${projection.slice(projection.indexOf('/'))}\``
  if (!isLabel(projection)) return `\`${projection}\` is not in kebab case`
  if (at === -1) return { kind: 'interface' }
  const version = text.slice(at + 1)
  if (VERSION.test(version) || (cut && CANONICAL_VERSION.test(version))) return { kind: 'interface' }
  return `\`${version}\` is not a version`
}

/** Two names of imports, or of exports, must not have equal keys. */
export function keyOf(text: string, name: Name): string {
  switch (name.kind) {
    case 'label':
    case 'interface':
    case 'constructor':
      return text.toLowerCase()
    case 'method':
    case 'static': {
      const resource = name.resource.toLowerCase()
      const label = name.label.toLowerCase()
      return resource === label ? label : `${resource}.${label}`
    }
  }
}
