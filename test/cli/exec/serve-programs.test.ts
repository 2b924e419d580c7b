import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fixturePath } from '../../runtime/embedded/harness.js'
import { start } from './start.js'

const unpacked = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'proplet-serve-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'program.wasm')
  writeFileSync(path, brotliDecompressSync(readFileSync(`${fixturePath(name)}.br`)))
  return path
}

describe('exec serve of what other toolchains make', () => {
  const isOld = Number(process.versions.node.split('.')[0]) < 22
  it.each([
    ['Rust', () => fixturePath('programs/rust-http'), '/hello', 'Hello from Rust\n'],
    ['Python', () => unpacked('programs/python'), '/a', /^\/a 0 e3b0c442\w+\n$/],
    ['JavaScript', () => unpacked('components/page'), '/', '<h1>Hello world</h1><ul><li>/</li></ul>'],
  ])('answers: %s', { timeout: 60_000 }, async (_, file, path, wanted) => {
    const { child, output, ended } = start(['serve', '--addr', '127.0.0.1:0', file()])
    if (isOld && path === '/a') {
      // Python needs a newer Node.js, as the error says.
      expect(await ended).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/needs Node\.js 22/) as string,
      })
      return
    }
    await expect.poll(() => output.stderr, { timeout: 50_000 }).toMatch(/^Serving HTTP on \S+\/\n/)
    const [, origin = ''] = /^Serving HTTP on (\S+)\/\n/.exec(output.stderr) ?? []
    expect(await (await fetch(`${origin}${path}`)).text()).toMatch(wanted)
    child.kill('SIGTERM')
    expect((await ended).code).toBe(143)
  })
})
