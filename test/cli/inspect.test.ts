import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_CHARACTERS } from '../../src/cli/inspect/budget.js'
import { inspect } from '../../src/cli/inspect/inspect.js'
import {
  BOOL,
  component,
  componentFixture,
  core,
  externName,
  index33,
  instanceType,
  name,
  record,
  section,
  types,
  u32,
  vec,
} from '../../packages/component/test/binary/encode.js'

const containing = (items: readonly unknown[]): unknown => expect.arrayContaining([...items])

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const run = async (file: string, { json = false, stdin = Readable.from([]) } = {}) => {
  const output = { stdout: '', stderr: '' }
  const code = await inspect(
    { file, json },
    {
      stdin,
      stdout: { write: (text) => (output.stdout += text) },
      stderr: { write: (text) => (output.stderr += text) },
    },
  )
  return { code, ...output }
}

const inspectBytes = (bytes: Uint8Array, json = false) => run('-', { json, stdin: Readable.from([bytes]) })

const built = (fixture: string) =>
  fileURLToPath(new URL(`../fixtures/built/${fixture}.wasm`, import.meta.url))

describe('for people', () => {
  it('a core module', async () => {
    const bytes = core(
      section(1, vec([0x60, vec(0x7f, 0x7e), vec(0x7f)], [0x60, vec(), vec(0x7d, 0x7c)])),
      section(2, vec([name('env'), name('f'), 0, 1], [name('env'), name('memory'), 2, 1, 1, 16])),
      section(3, vec(0)),
      section(4, vec([0x70, 0, 2])),
      section(6, vec([0x7f, 1, 0x41, 0, 0x0b])),
      section(
        7,
        vec([name('add'), 0, 1], [name('memory'), 2, 0], [name('top'), 3, 0], [name('table'), 1, 0]),
      ),
      section(0, name('producers')),
    )
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(await inspectBytes(bytes)).toStrictEqual({
      code: 0,
      stderr: '',
      stdout: [
        `core module, ${bytes.length} bytes`,
        `sha256: ${sha256}`,
        'custom sections: producers',
        '',
        'import env f: func() -> (f32, f64)',
        'import env memory: memory of 1 to 16 pages of 64 KiB',
        'export add: func(i32, i64) -> i32',
        'export memory: memory of 1 to 16 pages of 64 KiB',
        'export top: global mut i32',
        'export table: table of funcref, 2 or more elements',
        'memory 0: 1 to 16 pages of 64 KiB',
        'table 0: 2 or more elements of funcref',
        '',
      ].join('\n'),
    })
  })

  it('a component, much like WIT', async () => {
    const { code, stdout } = await run(built('components/typed'))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^component, \d+ bytes\nsha256: [0-9a-f]{64}\nkind: library\n/)
    expect(stdout).toContain('\nimport record pair {\n  left: string,\n  right: option<u64>,\n}\n')
    expect(stdout).toContain('\nexport add: func(a: u32, b: u32) -> u32\n')
    expect(stdout).toContain('\nexport echo-pair: func(v: pair) -> pair\n')
    expect(stdout).toContain(
      '\nexport local:typed/ops@0.1.0: interface {\n  record point {\n    x: s32,\n    y: f64,\n    label: string,\n  }\n',
    )
    expect(stdout).toContain('\n  enum color {\n    red,\n    green,\n    blue-green,\n  }\n')
    expect(stdout).toContain(
      '\n  echo-inner-result: func(v: tuple<result<_, u8>, result<u8>>) -> tuple<result<_, u8>, result<u8>>\n',
    )
    expect(stdout).toContain('\n  echo-points: func(v: list<point>) -> list<point>\n')
  })

  it('resources with their functions', async () => {
    const { stdout } = await run(built('components/http'))
    expect(stdout).toContain('\nkind: http\nwasi: wasi:http@0.2.12, wasi:io@0.2.12\n')
    expect(stdout).toContain(
      [
        '',
        '  resource outgoing-body {',
        '    write: func() -> result<output-stream>',
        '    finish: static func(this: outgoing-body, trailers: option<trailers>) -> result<_, error-code>',
        '  }',
        '',
      ].join('\n'),
    )
    expect(stdout).toContain('    constructor(headers: headers) -> outgoing-response\n')
    expect(stdout).toContain(
      '  handle: func(request: incoming-request, response-out: response-outparam)\n}\n',
    )
  })

  it('what needs WASI 0.3', async () => {
    const { stdout } = await run(built('components/async'))
    expect(stdout).toContain('\nkind: library, needs WASI 0.3\n')
    expect(stdout).toContain('\n  read: async func() -> stream<u8>\n')
  })
})

describe('as JSON', () => {
  it('a component', async () => {
    const { code, stdout } = await run(built('components/typed'), { json: true })
    expect(code).toBe(0)
    const bytes = componentFixture('typed')
    expect(JSON.parse(stdout)).toMatchObject({
      layer: 'component',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      kind: 'library',
      needsAsync: false,
      wasi: [],
      imports: [{ name: 'pair', kind: 'type', type: 'record { left: string, right: option<u64> }' }],
      exports: containing([
        {
          name: 'add',
          kind: 'func',
          params: [
            { name: 'a', type: 'u32' },
            { name: 'b', type: 'u32' },
          ],
          result: 'u32',
          async: false,
        },
        {
          name: 'local:typed/ops@0.1.0',
          kind: 'instance',
          exports: containing([
            { name: 'color', kind: 'type', type: 'enum { red, green, blue-green }' },
            {
              name: 'echo-color',
              kind: 'func',
              params: [{ name: 'v', type: 'color' }],
              result: 'color',
              async: false,
            },
          ]),
        },
      ]),
      complete: true,
    })
  })

  it('a core module', async () => {
    const { stdout } = await run(built('add'), { json: true })
    expect(JSON.parse(stdout)).toMatchObject({
      layer: 'core',
      imports: [],
      exports: [{ name: 'add', kind: 'function', signature: { params: ['i32', 'i32'], results: ['i32'] } }],
      memories: [],
      tables: [],
      complete: true,
    })
  })

  it.each(['hello', 'http', 'kinds', 'async'])('%s is complete', async (fixture) => {
    const { stdout } = await run(built(`components/${fixture}`), { json: true })
    expect(JSON.parse(stdout)).toMatchObject({ complete: true })
  })
})

describe('what cannot be inspected', () => {
  it('a missing file, or a directory', async () => {
    const missing = await run(join(folder, 'missing.wasm'))
    expect(missing).toMatchObject({ code: 66, stdout: '' })
    expect(missing.stderr).toMatch(/^error: .*missing\.wasm: ENOENT/)
    expect(await run(folder)).toMatchObject({ code: 66, stdout: '' })
  })

  it('a broken binary', async () => {
    expect(await inspectBytes(Buffer.from('not wasm'))).toStrictEqual({
      code: 65,
      stdout: '',
      stderr: 'error: -: not a WebAssembly binary: it does not begin with \\0asm\n',
    })
    expect(await inspectBytes(componentFixture('typed').subarray(0, 3000), true)).toMatchObject({
      code: 65,
      stdout: '',
    })
    expect((await inspectBytes(component([7, 9]))).stderr).toBe(
      'error: -: malformed component: unexpected end at byte 10\n',
    )
  })

  it('a file of more than 256 MiB', async () => {
    const file = join(folder, 'large.wasm')
    writeFileSync(file, '')
    truncateSync(file, 256 * 1024 * 1024 + 1)
    expect(await run(file)).toStrictEqual({
      code: 65,
      stdout: '',
      stderr: `error: ${file}: it is larger than 256 MiB\n`,
    })
  })
})

describe('names from outside', () => {
  const HOSTILE = '\u001b[2J\r\n\u009b1m\u202egnp'

  it.each<[string, Uint8Array]>([
    [
      'of a core module',
      core(
        section(1, vec([0x60, vec(), vec()])),
        section(2, vec([name(HOSTILE), name(HOSTILE), 0, 0])),
        section(0, name(HOSTILE)),
      ),
    ],
    [
      'of a component',
      component(
        types([0x40, vec(), 1, 0]),
        section(10, vec([externName(HOSTILE), 1, 0])),
        section(0, name(HOSTILE)),
      ),
    ],
  ])('%s cannot control the terminal', async (_, bytes) => {
    const text = await inspectBytes(bytes)
    expect(text.code).toBe(0)
    expect(text.stdout.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}]/u)
    expect(text.stdout).toContain(String.raw`"\u001b[2J\r\n\u009b1m\u202egnp"`)
    const json = await inspectBytes(bytes, true)
    expect(json.stdout.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}]/u)
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain(JSON.stringify(HOSTILE))
  })

  it('of files cannot either', async () => {
    const { stderr } = await run(join(folder, 'a\u001b[2Jb'))
    expect(stderr.trimEnd()).not.toMatch(/\p{C}/u)
  })
})

describe('endless output', () => {
  it('a large type in many functions', async () => {
    const levels = Array.from({ length: 15 }, (_, index) =>
      record(['a', index33(index)], ['b', index33(index)]),
    )
    const uses = Array.from({ length: 3000 }, (_, index) => [externName(`f${index}`), 1, 16])
    const bytes = component(
      types(record(['a', BOOL]), ...levels, [0x40, vec([name('v'), 15]), 1, 0]),
      section(10, vec(...uses)),
    )
    const text = await inspectBytes(bytes)
    expect(text.code).toBe(0)
    expect(text.stdout.length).toBeLessThan(MAX_CHARACTERS + 100_000)
    expect(text.stdout).toContain('… the rest is omitted')
    const json = await inspectBytes(bytes, true)
    expect(JSON.parse(json.stdout)).toMatchObject({ complete: false })
    expect(json.stdout.length).toBeLessThan(2 * MAX_CHARACTERS)
  })

  it('a large interface in many imports', async () => {
    const declarations = Array.from({ length: 500 }, (_, index) => [0x04, externName(`f${index}`), 1, 0])
    const uses = Array.from({ length: 2000 }, (_, index) => [externName(`i${index}`), 5, 0])
    const bytes = component(
      types(instanceType([0x01, 0x40, vec(), 1, 0], ...declarations)),
      section(10, u32(uses.length), ...uses),
    )
    expect((await inspectBytes(bytes)).stdout).toContain('… the rest is omitted')
    expect(JSON.parse((await inspectBytes(bytes, true)).stdout)).toMatchObject({ complete: false })
  })
})
