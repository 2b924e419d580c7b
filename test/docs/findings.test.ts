import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/fixtures.js'

/**
 * C1 to C34: findings of other projects' suites and programs; CHANGELOG.md and docs/conformance.md describe the fixes.
 */
const FINDINGS = Array.from({ length: 34 }, (_, index) => `C${index + 1}`)

const testFiles = ['test', 'packages'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) => join(ROOT, folder, path)),
)

/** The names of tests and of their groups. */
const names = testFiles.flatMap((path) =>
  [
    ...readFileSync(path, 'utf8').matchAll(
      /(?:\b(?:describe|group|it)\b[^'`\n]*|\]\)\()(['`])((?:(?!\1).)*)\1/g,
    ),
  ].map(([, , name = '']) => name),
)

describe('each finding of the suites of others', () => {
  it.each(FINDINGS)('%s has a test named by it', (finding) => {
    expect(names.filter((name) => new RegExp(`\\b${finding}\\b`).test(name))).not.toHaveLength(0)
  })
})
