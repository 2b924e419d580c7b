import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeToStream } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { openMqtt } from '../../src/io/mqtt/index.js'
import { ROOT } from '../support/fixtures.js'
import { importGraph } from '../support/import-graph.js'
import { mqttOptions } from '../support/mqtt-link.js'

const KIB = 1024

/** bench/import.mjs measures how long it takes: times on a busy machine make no reliable test. */
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

const chunk = (name: string): string => {
  const found = readdirSync(join(ROOT, 'dist/chunks')).find((each) => each.startsWith(`${name}-`))
  if (found === undefined) throw new Error(`there is no chunk ${name}`)
  return join(ROOT, 'dist/chunks', found)
}
const filesOf = (...names: readonly string[]): readonly string[] => [
  ...new Set(names.flatMap((name) => importGraph(chunk(name)).files)),
]

describe('15.4 the start', () => {
  it('of the daemon loads few files', () => {
    expect(filesOf('main', 'log', 'daemon').length).toBeLessThanOrEqual(12)
  })

  it('of a command loads neither the log nor what WebSockets need', () => {
    const files = filesOf('main', 'command', 'link')
    expect(files).not.toContain(chunk('log'))
    expect(files).not.toContain(chunk('daemon'))
    for (const file of files) expect(readFileSync(file, 'utf8')).not.toContain('Sec-WebSocket-Key')
  })

  it('is from bundles without `import()`, which the code cache of older versions of Node.js can not do', () => {
    for (const file of filesOf('main', 'log', 'daemon', 'command'))
      expect(readFileSync(file, 'utf8')).not.toMatch(/(?<![\w$.])import\(/)
  })

  it('is from bundles with one byte a character, which V8 keeps as they are', () => {
    const guests = ['guest', 'pooled'].flatMap((folder) => {
      const chunks = join(ROOT, 'dist/runtime', folder, 'chunks')
      return readdirSync(chunks).map((name) => join(chunks, name))
    })
    for (const file of [...filesOf('main', 'log', 'daemon', 'command'), ...guests])
      expect(/[^\0-\x7f]/.exec(readFileSync(file, 'utf8'))?.[0]).toBeUndefined()
  })

  it('loads neither HTTP nor TLS with its bundles', () => {
    const files = filesOf('main', 'log', 'daemon')
    const required = files.flatMap(
      (file) => readFileSync(file, 'utf8').match(/^let .* = require\("node:.*/gm) ?? [],
    )
    expect(required).toStrictEqual([])
  })

  it('makes no table of the numbers that packets may hold', () => {
    writeToStream.cacheNumbers = true
    openMqtt(mqttOptions(1)).subscribe().unsubscribe()
    expect(writeToStream.cacheNumbers).toBe(false)
  })
})
