import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CONTEXT_FILES, ENTRIES, exportsOf, problemsOf, programOf, toModules } from './library/examples.js'

const COMPILE_MS = 60_000

describe('12.4 the library', () => {
  const program = programOf(CONTEXT_FILES)
  const exports = exportsOf(program, ENTRIES)

  it('is all of the entries that package.json exports', () => {
    const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'))
    const named = JSON.stringify((manifest as { readonly exports: object }).exports)
    const entries = [...named.matchAll(/"\.\/dist\/([\w/]+)\.js"/g)].map(([, path = '']) => `src/${path}.ts`)
    expect(entries).toStrictEqual([
      'src/index.ts',
      'src/streams/index.ts',
      'src/runtime/index.ts',
      'src/testing/index.ts',
    ])
    expect(exports.length).toBeGreaterThan(100)
  })

  it('documents every export, with an example', () => {
    const bare = exports.filter(
      ({ documentation, examples }) => documentation.trim() === '' || examples.every((text) => text === ''),
    )
    expect(bare.map(({ entry, name }) => `${entry}: ${name}`)).toStrictEqual([])
  })

  it(
    'has examples that compile, and use what they document',
    () => {
      const modules = toModules(program, exports)
      expect(problemsOf(programOf(CONTEXT_FILES, modules), modules)).toStrictEqual([])
      const unused = exports.filter(({ name, examples }) => !examples.some((text) => text.includes(name)))
      expect(unused.map(({ name }) => name)).toStrictEqual([])
    },
    COMPILE_MS,
  )

  it(
    'notices an example that does not compile',
    () => {
      const entry = {
        entry: 'src/index.ts',
        name: 'x',
        documentation: 'x',
        examples: ['hold(`150`, command$)'],
      }
      const modules = toModules(program, [entry])
      expect(problemsOf(programOf(CONTEXT_FILES, modules), modules)).toStrictEqual([
        expect.stringMatching(/^example-x-0\.ts: Argument of type 'string' is not assignable/),
      ])
    },
    COMPILE_MS,
  )
})
