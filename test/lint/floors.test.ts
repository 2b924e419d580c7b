import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import rules from '../../dependency-cruiser.config.mjs'

/** [rule that is broken, importing file, imported file]; all of them are in a tree made for the test. */
const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ['floor-of-src-model', 'src/model/probe.ts', 'src/io/target.ts'],
  ['floor-of-src-model', 'src/model/deep/down/probe.ts', 'src/net/deep/down/target.ts'],
  ['floor-of-src-net', 'src/net/probe.ts', 'src/host/target.ts'],
  ['floor-of-src-host', 'src/host/deep/probe.ts', 'packages/wasi/target.ts'],
  ['floor-of-packages-component', 'packages/component/probe.ts', 'packages/wasi/target.ts'],
  ['component-stands-alone', 'packages/component/deep/probe.ts', 'src/model/target.ts'],
  ['wasi-knows-components-only', 'packages/wasi/deep/probe.ts', 'src/model/target.ts'],
  ['floor-of-packages-wasi', 'packages/wasi/probe.ts', 'src/io/deep/target.ts'],
  ['floor-of-src-streams', 'src/streams/probe.ts', 'src/io/target.ts'],
  ['floor-of-src-streams', 'src/streams/deep/down/probe.ts', 'src/runtime/deep/down/target.ts'],
  ['streams-are-pure', 'src/streams/deep/pure.ts', 'node:fs'],
  ['streams-are-pure', 'src/streams/deep/host.ts', 'src/host/target.ts'],
  ['floor-of-src-io', 'src/io/deep/probe.ts', 'src/streams/target.ts'],
  ['floor-of-src-runtime', 'src/runtime/deep/down/probe.ts', 'src/io/deep/target.ts'],
  ['floor-of-src-app', 'src/app/deep/probe.ts', 'src/cli/deep/target.ts'],
  ['floor-of-src-testing', 'src/testing/deep/probe.ts', 'src/app/target.ts'],
  ['floor-of-src-dev', 'src/dev/deep/probe.ts', 'src/cli/target.ts'],
  ['floor-of-src-cli', 'src/cli/deep/probe.ts', 'src/main.ts'],
  ['page-stands-alone', 'src/page/probe.ts', 'src/model/target.ts'],
  ['product-without-tests', 'src/io/tested.ts', 'test/target.ts'],
  ['no-cycle-of-files', 'src/io/cycle/a.ts', 'src/io/cycle/b.ts'],
  ['no-cycle-of-files', 'packages/component/cycle/a.ts', 'packages/component/cycle/b.ts'],
  ['no-cycle-of-folders', 'packages/wasi/left/a.ts', 'packages/wasi/right/b.ts'],
  ['no-cycle-of-folders', 'packages/wasi/right/c.ts', 'packages/wasi/left/d.ts'],
  ['no-cycle-of-folders', 'src/streams/left/a.ts', 'src/streams/right/b.ts'],
  ['no-cycle-of-folders', 'src/streams/right/c.ts', 'src/streams/left/d.ts'],
]

/** Edges that close the cycles; each cycle is reported once. */
const CYCLES = [
  ['src/io/cycle/b.ts', 'src/io/cycle/a.ts'],
  ['packages/component/cycle/b.ts', 'packages/component/cycle/a.ts'],
] as const

/** Imports from lower floors, and from a file beside: none of them breaks a rule. */
const ALLOWED: readonly (readonly [string, string])[] = [
  ['src/net/good.ts', 'src/model/target.ts'],
  ['src/host/good.ts', 'src/model/target.ts'],
  ['packages/wasi/good.ts', 'packages/component/target.ts'],
  ['src/streams/deep/good.ts', 'src/model/target.ts'],
  ['src/streams/deep/better.ts', 'src/streams/deep/good.ts'],
  ['src/io/good.ts', 'src/net/target.ts'],
  ['src/runtime/good.ts', 'packages/wasi/target.ts'],
  ['src/app/good.ts', 'src/streams/target.ts'],
  ['src/dev/good.ts', 'src/app/target.ts'],
  ['src/cli/good.ts', 'src/dev/target.ts'],
  ['src/page/good.ts', 'src/model/view.ts'],
  ['src/page/better.ts', 'src/model/message-of.ts'],
  ['src/index.ts', 'src/app/target.ts'],
]

let root: string
let broken: readonly { readonly rule: string; readonly from: string; readonly to: string }[]

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text, { flag: 'a' })
}

const specifier = (from: string, to: string): string => {
  if (to.startsWith('node:')) return to
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js')
  return path.startsWith('.') ? path : `./${path}`
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'proplet-floors-'))
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'))
  symlinkSync(join(import.meta.dirname, '../../tsconfig.json'), join(root, 'tsconfig.json'))
  const edges = [...FORBIDDEN.map(([, from, to]) => [from, to] as const), ...ALLOWED, ...CYCLES]
  for (const [from, to] of edges) {
    if (!to.startsWith('node:')) write(to, 'export type Target = string\n')
    // Type imports count, because values would follow.
    write(from, `import type * as target from '${specifier(from, to)}'\nexport type Probe = typeof target\n`)
  }
  const { output } = await cruise(['src', 'packages'], {
    ...rules.options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: rules.forbidden },
  })
  broken = (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    from,
    to,
  }))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('issue 12, 1: the fence of imports', () => {
  it.each(FORBIDDEN)('%s: refuses %s → %s', (rule, from, to) => {
    const isFolder = rule === 'no-cycle-of-folders'
    expect(broken).toContainEqual({
      rule,
      from: isFolder ? dirname(from) : from,
      to: isFolder ? dirname(to) : to.replace('node:', ''),
    })
  })

  it.each(ALLOWED)('allows %s → %s', (from) => {
    expect(broken.filter((each) => each.from === from)).toStrictEqual([])
  })

  it('has a probe for every rule', () => {
    const probed = new Set<string | undefined>(FORBIDDEN.map(([rule]) => rule))
    expect(rules.forbidden.map(({ name }) => name).filter((name) => !probed.has(name))).toStrictEqual([])
  })
})

describe('issue 12, 1: what streams may not use', () => {
  const lint = async (code: string, filePath: string): Promise<readonly (string | null)[]> => {
    const eslint = new ESLint({
      overrideConfig: [
        {
          ...tseslint.configs.disableTypeChecked,
          languageOptions: { parserOptions: { projectService: false } },
        },
      ],
    })
    const [result] = await eslint.lintText(code, { filePath })
    return result?.messages.map(({ ruleId }) => ruleId) ?? []
  }

  it.each([
    'Date.now()',
    'new Date().toISOString()',
    'Math.random()',
    'performance.now()',
    'process.pid',
    'setTimeout(() => undefined, 1)',
    'Buffer.alloc(1)',
  ])('refuses %s', async (expression) => {
    const code = `export const probe = ${expression}\n`
    expect(await lint(code, 'src/streams/deep/probe.ts')).toContainEqual(
      expect.stringMatching(/^no-restricted-(globals|syntax)$/),
    )
    expect(await lint(code, 'src/io/probe.ts')).not.toContainEqual(expect.stringMatching(/^no-restricted-/))
  })

  it('allows a time that was given', async () => {
    const code = 'export const probe = (at: number) => new Date(at).toISOString()\n'
    expect(await lint(code, 'src/streams/deep/probe.ts')).toStrictEqual([])
  })
})
