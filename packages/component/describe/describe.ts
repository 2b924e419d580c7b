import type { DecodedComponent } from '../binary/decode.js'
import type { ComponentDescription, ComponentKind, Items, WasiPackage } from './description.js'
import { evaluate } from './evaluate.js'

/** The interfaces whose export makes a component more than a library, and their functions. */
const ENTRIES: readonly { readonly kind: ComponentKind; readonly name: RegExp; readonly func: string }[] = [
  { kind: 'http', name: /^wasi:http\/(?:incoming-handler|handler)(?:@|$)/, func: 'handle' },
  { kind: 'command', name: /^wasi:cli\/run(?:@|$)/, func: 'run' },
]

/**
 * Determines the kind of a component, and the full types of its imports and exports. Fails with `ComponentError` if types do not
 * fit or are larger than any tool accepts; the work is bounded by the size of the binary.
 *
 * ```ts
 * const { kind, imports, exports } = describe(decodeComponent(bytes))
 * console.log(kind, [...imports.keys()], [...exports.keys()])
 * ```
 */
export function describe({ root, usesAsync }: DecodedComponent): ComponentDescription {
  const { imports, exports } = evaluate(root)
  const wasi = wasiPackages(imports)
  return {
    kind: kindOf(exports),
    needsAsync: usesAsync || wasi.some(({ version }) => version?.startsWith('0.3.') === true),
    imports,
    exports,
    wasi,
    customSections: root.customSections,
  }
}

function kindOf(exports: Items): ComponentKind {
  for (const { kind, name, func } of ENTRIES) {
    for (const [exported, item] of exports) {
      if (name.test(exported) && item.kind === 'instance' && item.exports.get(func)?.kind === 'func')
        return kind
    }
  }
  return 'library'
}

function wasiPackages(imports: Items): readonly WasiPackage[] {
  const found = new Map<string, WasiPackage>()
  for (const name of imports.keys()) {
    const [, wasi, version] = /^(wasi:[a-z0-9-]+)\/[^@]*(?:@(.+))?$/.exec(name) ?? []
    if (wasi !== undefined) found.set(`${wasi}@${version ?? ''}`, { name: wasi, version })
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}
