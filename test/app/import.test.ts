import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/fixtures.js'
import { importGraph } from '../support/import-graph.js'

const KIB = 1024

/** How long it takes is measured by bench/import.mjs: times of a busy machine make no test. */
describe('12.4 importing the library', () => {
  it.each([
    [
      'index',
      ['rxjs/internal/Observable', 'rxjs/internal/observable/defer', 'rxjs/internal/operators/switchMap'],
      256 * KIB,
    ],
    ['streams/index', ['rxjs'], 192 * KIB],
    ['runtime/index', [], 32 * KIB],
    ['testing/index', ['rxjs', 'rxjs/testing'], 32 * KIB],
  ])('loads little besides rxjs: %s', (entry, packages, maxBytes) => {
    const graph = importGraph(join(ROOT, `dist/${entry}.js`))
    expect(graph.packages).toStrictEqual(packages)
    expect(graph.bytes).toBeLessThan(maxBytes)
  })

  it('loads the proplet itself at the first subscription', () => {
    const [proplet = ''] = readdirSync(join(ROOT, 'dist/library')).filter((name) =>
      /^proplet-.*\.js$/.test(name),
    )
    const whole = importGraph(join(ROOT, 'dist/library', proplet))
    expect(whole.bytes).toBeGreaterThan(512 * KIB)
    expect(whole.packages).toContain('pino')
    expect(importGraph(join(ROOT, 'dist/index.js')).files).not.toContain(join(ROOT, 'dist/library', proplet))
  })
})
