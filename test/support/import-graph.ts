import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is loaded when a bundled module is imported: its files, and the packages that it imports from `node_modules`. */
export type ImportGraph = {
  readonly files: readonly string[]
  readonly bytes: number
  readonly packages: readonly string[]
}

/** `import … from '…'`, `import '…'` and `export … from '…'`; not `import('…')`, which loads when it is called. */
const IMPORT = /^(?:import|export)\b[^'"();]*?(?:\bfrom\s*)?["']([^"']+)["'];?$/gm
/** The same in a CommonJS bundle. */
const REQUIRE = /^(?:(?:const|let|var) [\w$]+ = )?require\("([^"]+)"\)/gm

export const importGraph = (entry: string): ImportGraph => {
  const files = new Set([entry])
  const packages = new Set<string>()
  for (const file of files)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
      file.endsWith('.cjs') ? REQUIRE : IMPORT,
    ))
      if (specifier.startsWith('.')) files.add(join(dirname(file), specifier))
      else if (!specifier.startsWith('node:')) packages.add(specifier)
  const bytes = [...files].reduce((sum, file) => sum + statSync(file).size, 0)
  return { files: [...files], bytes, packages: [...packages].sort() }
}
