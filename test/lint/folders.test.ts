import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** `index.ts` and `main.ts` stand above their folder: they only compose what is in it. */
const isAbove = (file: string) => /(?:^|\/)(?:index|main)\.ts$/.test(file)
const nodeOf = (file: string) => (isAbove(file) ? file : posix.dirname(file))

const sources = (): readonly string[] =>
  ['src', 'packages/component', 'packages/wasi'].flatMap((folder) =>
    ts.sys
      .readDirectory(join(ROOT, folder), ['.ts'], ['**/node_modules', '**/test/**', '**/dist'])
      .map((file) => posix.relative(ROOT, file)),
  )

/** The file that an import refers to, if it belongs to this repository. */
const target = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
  const [, name, path = 'index.js'] = /^@proplet\/(\w+)(?:\/(.+))?$/.exec(specifier) ?? []
  return name === undefined ? undefined : `packages/${name}/${path.replace(/\.js$/, '.ts')}`
}

type Edge = readonly [from: string, to: string]

const edgesOf = (files: readonly string[], read: (file: string) => string): readonly Edge[] => {
  const known = new Set(files)
  return files.flatMap((from) =>
    ts.preProcessFile(read(from), true, true).importedFiles.flatMap(({ fileName }): readonly Edge[] => {
      const to = target(from, fileName)
      return to !== undefined && known.has(to) && nodeOf(from) !== nodeOf(to) ? [[from, to]] : []
    }),
  )
}

/** Imports that are part of a cycle of folders. */
const cyclic = (edges: readonly Edge[]): readonly string[] => {
  const next = new Map<string, Set<string>>()
  for (const [from, to] of edges)
    next.set(nodeOf(from), (next.get(nodeOf(from)) ?? new Set()).add(nodeOf(to)))
  const reaches = (from: string, to: string): boolean => {
    const seen = new Set([from])
    for (const each of seen) for (const more of next.get(each) ?? []) seen.add(more)
    return seen.has(to)
  }
  return edges
    .filter(([from, to]) => reaches(nodeOf(to), nodeOf(from)))
    .map(([from, to]) => `${from} → ${to}`)
}

describe('folders (issue 12, 1)', () => {
  it('have no cycle, also between a folder and those in it', () => {
    const files = sources()
    expect(files.length).toBeGreaterThan(500)
    expect(cyclic(edgesOf(files, (file) => readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
  })

  it('finds a cycle of a folder and one inside it', () => {
    const tree: Record<string, string> = {
      'src/io/parent.ts': "export { child } from './child/child.js'",
      'src/io/child/child.ts': "import type { Shared } from '../shared.js'\nexport const child: Shared = 1",
      'src/io/shared.ts': 'export type Shared = number',
      'src/io/index.ts': "export { parent } from './parent.js'\nexport { child } from './child/child.js'",
    }
    expect(cyclic(edgesOf(Object.keys(tree), (file) => tree[file] ?? ''))).toEqual([
      'src/io/parent.ts → src/io/child/child.ts',
      'src/io/child/child.ts → src/io/shared.ts',
    ])
  })
})
