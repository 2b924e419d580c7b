import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, also if this code runs from a build. */
const rootFrom = (directory: string): string =>
  existsSync(join(directory, 'package.json')) ? directory : rootFrom(dirname(directory))

export const ROOT = rootFrom(dirname(fileURLToPath(import.meta.url)))

const BUILT = join(ROOT, 'test/fixtures/built')

/** The binaries of a fixture folder up to this size. */
const binaries = (folder: string, maxBytes: number): readonly Uint8Array<ArrayBuffer>[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => new Uint8Array(readFileSync(join(folder, name))))
    .filter(({ length }) => length <= maxBytes)

export const coreFixtures = (maxBytes: number) => binaries(BUILT, maxBytes)
export const componentFixtures = (maxBytes: number) => binaries(join(BUILT, 'components'), maxBytes)

export const componentFixture = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(BUILT, 'components', `${name}.wasm`)))

export const coreFixture = (name: string): Buffer => readFileSync(join(BUILT, `${name}.wasm`))
