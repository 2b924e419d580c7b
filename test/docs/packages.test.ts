import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const BUILT = join(ROOT, 'test/fixtures/built')

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proplet-packages-'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The first example of a README. */
const exampleOf = (name: string): string => {
  const [, code] = /^```ts\n([^]*?)^```$/m.exec(readme(name)) ?? []
  if (code === undefined) throw new Error(`the README of ${name} has no example`)
  return code
}

const readme = (name: string): string => readFileSync(join(ROOT, 'packages', name, 'README.md'), 'utf8')

/** Bundles the example into one file for Node.js. */
const bundled = async (name: string): Promise<string> => {
  const program = join(folder, `${name}.ts`)
  writeFileSync(program, exampleOf(name))
  const build = await rolldown({
    input: program,
    platform: 'node',
    resolve: { conditionNames: ['source', 'node', 'import'], extensionAlias: { '.js': ['.ts', '.js'] } },
  })
  const file = join(folder, `${name}.mjs`)
  await build.write({ file, format: 'esm' })
  await build.close()
  return file
}

const run = (file: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('issue 12, 1: the READMEs of the packages', () => {
  it('component: the example prints what its README says', async () => {
    const [, command = '', printed] =
      /^\$ node call\.js typed\.wasm (.*)\n(.*\n)/m.exec(readme('component')) ?? []
    const [, name = '', argument = ''] = /^(\S+) '(.*)'$/.exec(command) ?? []
    const file = await bundled('component')
    expect(run(file, join(BUILT, 'components/typed.wasm'), name, argument)).toStrictEqual({
      status: 0,
      stdout: printed,
      stderr: '',
    })
    const wrong = run(file, join(BUILT, 'components/typed.wasm'), 'echo-u8', '256')
    expect(wrong).toMatchObject({ status: 1, stdout: '' })
    expect(wrong.stderr).toContain('ArgumentsError')
  })

  it('wasi: the example runs a command in its sandbox', async () => {
    const data = join(folder, 'data')
    mkdirSync(data)
    writeFileSync(join(data, 'text'), 'of the host')
    const file = await bundled('wasi')
    const files = (...commands: readonly string[]) => run(file, join(BUILT, 'files.wasm'), data, ...commands)
    expect(files('read', '/data/text')).toStrictEqual({ status: 0, stdout: 'read of the host\n', stderr: '' })
    expect(files('read', '/data/../package.json').stdout).toMatch(/^errno \d+\n$/)
    expect(files('no-command').status).not.toBe(0)
  })
})

describe('issue 12, 4: the exports of the packages', () => {
  it.each(['component', 'wasi'])('%s: every class and function has a docstring with an example', (name) => {
    const entry = join(ROOT, 'packages', name, 'index.ts')
    const text = readFileSync(entry, 'utf8')
    const missing = [...text.matchAll(/^export \{([^}]*)\} from '(\.[^']+)\.js'/gm)].flatMap(
      ([, names = '', from = '']) => {
        const source = readFileSync(join(entry, '..', `${from}.ts`), 'utf8')
        return names
          .split(',')
          .map((each) => each.trim())
          .filter((each) => !each.startsWith('type '))
          .filter((each) => !isDocumented(source, each))
      },
    )
    expect(missing).toStrictEqual([])
  })
})

const isDocumented = (source: string, name: string): boolean => {
  const at = source.search(new RegExp(`^export (?:class|function|const) ${name}\\b`, 'm'))
  const before = source.slice(0, at).trimEnd()
  return at !== -1 && before.endsWith('*/') && before.slice(before.lastIndexOf('/**')).includes('```ts')
}
