import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CodeCache } from '../../src/host/code-cache.js'
import { ROOT } from '../support/fixtures.js'

const ENTRY = `const part = require('./part-aaaaaaaa.cjs')
exports.name = require('node:path').basename(__filename)
exports.twice = (n) => part.twice(n)`
const PART = 'exports.twice = (n) => 2 * n\nexports.unused = () => 1'

let directory: string
let cache: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'proplet-code-'))
  cache = join(directory, 'cache')
  write('main.cjs', ENTRY)
  write('part-aaaaaaaa.cjs', PART)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const write = (name: string, source: string) => writeFileSync(join(directory, name), source)
const stored = () => readdirSync(cache)

interface Loaded {
  readonly name: string
  readonly twice: (n: number) => number
}
/** Loads the bundle as a new process does, and stores the compiled code. */
const load = (): Loaded => {
  const code = new CodeCache(cache)
  const loaded = code.load(join(directory, 'main.cjs')) as Loaded
  loaded.twice(1)
  code.store()
  return loaded
}

describe('15.4 the compiled form of our code', () => {
  it('is stored for bundles with a hash in their name, and used by the next process', () => {
    expect(load().twice(21)).toBe(42)
    expect(stored()).toStrictEqual(['part-aaaaaaaa.cjs'])
    const first = readFileSync(join(cache, 'part-aaaaaaaa.cjs'))
    expect(load().twice(21)).toBe(42)
    expect(readFileSync(join(cache, 'part-aaaaaaaa.cjs'))).toStrictEqual(first)
  })

  it('gives a bundle the variables of CommonJS', () => {
    expect(load().name).toBe('main.cjs')
  })

  it('loads bundles that need each other once', () => {
    write(
      'main.cjs',
      `exports.id = {}; exports.twice = () => require('./part-aaaaaaaa.cjs').id === exports.id`,
    )
    write('part-aaaaaaaa.cjs', `exports.id = require('./main.cjs').id`)
    expect(load().twice(0)).toBe(true)
  })

  it('is replaced by that of another build', () => {
    load()
    write('main.cjs', ENTRY.replace('aaaaaaaa', 'bbbbbbbb'))
    write('part-bbbbbbbb.cjs', PART.replace('2 *', '3 *'))
    expect(load().twice(2)).toBe(6)
    expect(stored()).toStrictEqual(['part-bbbbbbbb.cjs'])
  })

  it('is not stored where nothing can be written', () => {
    writeFileSync(cache, 'a file, not a directory')
    expect(load().twice(21)).toBe(42)
  })

  it('leaves nothing half written, neither of a write that fails nor of a process that was killed', () => {
    mkdirSync(join(cache, 'part-aaaaaaaa.cjs'), { recursive: true })
    expect(load().twice(21)).toBe(42)
    expect(stored()).toStrictEqual(['part-aaaaaaaa.cjs'])
    rmdirSync(join(cache, 'part-aaaaaaaa.cjs'))
    writeFileSync(join(cache, 'part-aaaaaaaa.cjs.1'), 'half')
    load()
    expect(stored()).toStrictEqual(['part-aaaaaaaa.cjs'])
  })

  it('does not hide that a bundle is missing, or throws', () => {
    rmSync(join(directory, 'part-aaaaaaaa.cjs'))
    expect(load).toThrow(/ENOENT.*part-aaaaaaaa/)
    write('part-aaaaaaaa.cjs', 'throw new TypeError("at the start")')
    expect(load).toThrow('at the start')
  })
})

/** This needs a process: V8 remembers what it has compiled in this one. */
describe('15.4 a program with a compiled form', () => {
  const version = () =>
    execFileSync(process.execPath, [join(ROOT, 'dist/exec.cjs'), '--version'], {
      env: { XDG_CACHE_HOME: directory },
      encoding: 'utf8',
    })
  const file = () => {
    const folder = join(directory, 'proplet/compile-cache', `${process.version}-${process.arch}-exec`)
    return join(folder, readdirSync(folder).find((name) => name.startsWith('exec-')) ?? '')
  }

  it.each([
    ['cut short', () => truncateSync(file(), 100)],
    ['empty', () => truncateSync(file())],
    ['of another engine', () => writeFileSync(file(), Buffer.alloc(500, 7))],
  ])('starts where that is %s, and stores it again', (_, damage) => {
    const expected = version()
    const { length } = readFileSync(file())
    damage()
    expect(version()).toBe(expected)
    expect(readFileSync(file()).length).toBeGreaterThan(length / 2)
  })
})
