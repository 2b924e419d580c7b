import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPage, slug } from './markdown.js'
import { brokenLinks, loadPages, missingPaths, resolveLink, unknownSettings } from './pages.js'

const pages = loadPages()
const README_MAX_LINES = 200

describe('12.6 the documentation', () => {
  it(`has a README of at most ${README_MAX_LINES} lines`, () => {
    const lines = readFileSync('README.md', 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(README_MAX_LINES)
  })

  it('has links to files and anchors that exist', () => {
    expect([...pages].flatMap(([path, page]) => brokenLinks(path, page, pages))).toStrictEqual([])
  })

  it('names paths that exist', () => {
    expect([...pages].flatMap(([path, page]) => missingPaths(path, page))).toStrictEqual([])
  })

  it('names settings that exist', () => {
    expect([...pages].flatMap(([path, page]) => unknownSettings(path, page))).toStrictEqual([])
  })

  it('lists every page of docs in docs/README.md', () => {
    const index = 'docs/README.md'
    const listed = (pages.get(index)?.links ?? []).map((target) => resolveLink(index, target)?.path)
    const missing = [...pages.keys()].filter(
      (path) => path.startsWith('docs/') && path !== index && !listed.includes(path),
    )
    expect(missing).toStrictEqual([])
  })

  it('has one title a page, as its first line', () => {
    const untitled = [...pages.keys()].filter((path) => {
      const text = readFileSync(path, 'utf8').replace(/^(`{3,})[^]*?^\1$/gm, '')
      return !/^# \S/.test(text) || (text.match(/^# /gm) ?? []).length !== 1
    })
    expect(untitled.map((path) => basename(path))).toStrictEqual([])
  })
})

describe('the checks of the documentation', () => {
  const read = (markdown: string) => {
    const page = readPage(markdown)
    const all = new Map([...pages, ['docs/x.md', page]])
    return [
      ...brokenLinks('docs/x.md', page, all),
      ...missingPaths('docs/x.md', page),
      ...unknownSettings('docs/x.md', page),
    ]
  }

  it.each([
    ['a file', '[a](gone.md)', 'docs/x.md: gone.md: no such file'],
    ['a picture', '<img src="gone.png" />', 'docs/x.md: gone.png: no such file'],
    ['a reference', '[a][b]\n\n[b]: ../gone', 'docs/x.md: ../gone: no such file'],
    ['an anchor of another page', '[a](README.md#gone)', 'docs/x.md: README.md#gone: no such anchor'],
    ['an anchor of its own', '# Here\n\n[a](#there)', 'docs/x.md: #there: no such anchor'],
    ['a path', '`src/proplet.ts`', 'docs/x.md: src/proplet.ts: no such file'],
    ['a setting', '`PROPLET_GONE=1`', 'docs/x.md: PROPLET_GONE: no such setting'],
    ['settings with a prefix', '`PROPLET_GONE_*`', 'docs/x.md: PROPLET_GONE_: no such setting'],
  ])('find %s that is not there', (_what, markdown, problem) => {
    expect(read(markdown)).toStrictEqual([problem])
  })

  it('accept what is there, and what is code or elsewhere', () => {
    const markdown = [
      '# Here',
      '[a](#here) [b](README.md) [c](https://example.org/gone.md) ![d](page.png)',
      '`src/index.ts`, `PROPLET_HTTP_TLS_*`, `[e](gone.md)`',
      '```md\n[f](gone.md)\n# Not a heading\n```',
    ].join('\n\n')
    expect(read(markdown)).toStrictEqual([])
    expect(readPage(markdown).anchors).toStrictEqual(new Set(['here']))
  })

  it.each([
    ['The `proplet` command', 'the-proplet-command'],
    ['WASI 0.3', 'wasi-03'],
    ['Logs, heartbeats & results', 'logs-heartbeats--results'],
    ['A [link](x.md) in it', 'a-link-in-it'],
  ])('know the anchor of "%s"', (heading, anchor) => {
    expect(slug(heading)).toBe(anchor)
  })

  it('number the anchors of equal headings', () => {
    expect([...readPage('# A\n\n## A\n\n## A\n').anchors]).toStrictEqual(['a', 'a-1', 'a-2'])
  })
})
