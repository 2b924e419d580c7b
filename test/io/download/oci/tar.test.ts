import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readTar } from '../../../../src/io/download/oci/tar.js'
import { tarOf } from '../../../support/tar.js'

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

const filesOf = async (tar: Uint8Array, size: number): Promise<Readonly<Record<string, string>>> => {
  const files: Record<string, string> = {}
  await readTar(cut(tar, size), async ({ name }, body) => {
    const parts: Uint8Array[] = []
    for await (const part of body) parts.push(part)
    files[name] = Buffer.concat(parts).toString('hex')
  })
  return files
}

const LONG = `${'long-directory-name/'.repeat(12)}${'x'.repeat(120)}.wasm`
const CONTENTS: Readonly<Record<string, Buffer>> = {
  'empty.txt': Buffer.alloc(0),
  'one.bin': Buffer.of(1),
  'block.bin': randomBytes(512),
  'large.bin': randomBytes(100_001),
  'ünïcode/naïve.wasm': randomBytes(700),
  [LONG]: randomBytes(513),
  [`${'p/'.repeat(60)}prefixed.wasm`]: randomBytes(10),
}
const EXPECTED = Object.fromEntries(
  Object.entries(CONTENTS).map(([name, bytes]) => [`./${name}`, bytes.toString('hex')]),
)

describe.each(['gnu', 'pax', 'posix'])('a tar of the format %s', (format) => {
  it.each([1, 511, 65_536])('is read in pieces of %i bytes', async (size) => {
    const tar = await tarOf(size === 1 ? { 'a.wasm': randomBytes(20) } : CONTENTS, `--format=${format}`)
    const files = await filesOf(tar, size)
    if (size === 1) expect(Object.keys(files)).toStrictEqual(['./a.wasm'])
    else expect(files).toStrictEqual(EXPECTED)
  })
})

it('continues after a file whose body was not read, or not to its end', async () => {
  const tar = await tarOf(CONTENTS)
  const names: string[] = []
  await readTar(cut(tar, 1000), async ({ name }, body) => {
    names.push(name)
    if (name.includes('large')) await body[Symbol.asyncIterator]().next()
  })
  expect(names.sort()).toStrictEqual(Object.keys(EXPECTED).sort())
})

it('that is empty has no files', async () => {
  expect(await filesOf(new Uint8Array(), 512)).toStrictEqual({})
})
