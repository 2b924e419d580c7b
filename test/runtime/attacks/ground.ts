import { execFileSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { EmbeddedRuntime } from '../../../src/runtime/embedded/embedded.js'
import { add, fixture, openRuntime, run, thirty, type Ran, type TestOptions } from '../embedded/harness.js'

/** The same program for both versions of the host. */
export const FACES = [
  ['preview 1', fixture('attack')],
  ['preview 2', fixture('components/attack')],
] as const

/** `errno` of preview 1; the adapter converts errors of WASI 0.2 to them. */
export const E = {
  INVAL: 28,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOMEM: 48,
  NOTSOCK: 57,
  PERM: 63,
  ROFS: 69,
}

export type Ground = {
  readonly runtime: EmbeddedRuntime
  /** The guests' directory, and one that they must not reach. */
  readonly inside: string
  readonly outside: string
}

/** A directory for guests and another one beside it, created anew for each test, and one runtime for all of them. */
export function useGround(options: (inside: string) => Partial<TestOptions>): { readonly current: Ground } {
  const root = mkdtempSync(join(tmpdir(), 'proplet-attack-'))
  const [inside, outside] = [join(root, 'inside'), join(root, 'outside')]
  mkdirSync(inside)
  mkdirSync(outside)
  const ground: { current?: Ground } = {}
  beforeAll(async () => {
    ground.current = { inside, outside, runtime: await openRuntime({ warm: 2, ...options(inside) }) }
  })
  afterAll(async () => {
    await ground.current?.runtime.close()
    rmSync(root, { recursive: true })
  })
  beforeEach(() => {
    for (const name of readdirSync(inside)) rmSync(join(inside, name), { recursive: true })
    lay(inside, outside)
  }, LAY_MS)
  return {
    get current() {
      if (ground.current === undefined) throw new Error('before the tests')
      return ground.current
    },
  }
}

function lay(inside: string, outside: string): void {
  writeFileSync(join(outside, 'secret'), 'SECRET')
  writeFileSync(join(inside, 'own'), 'own')
  mkdirSync(join(inside, 'd'))
  writeFileSync(join(inside, 'd/secret'), 'inside')
  symlinkSync(outside, join(inside, 'evil'))
  symlinkSync('../outside', join(inside, 'evil-relative'))
  symlinkSync('../outside/secret', join(inside, 'evil-file'))
  symlinkSync('../outside/new', join(inside, 'dangling'))
  execFileSync('mkfifo', [join(inside, 'fifo')])
  symlinkSync('fifo', join(inside, 'fifo-link'))
}

/** Milliseconds; a large directory may have to be removed first. */
const LAY_MS = 120_000
/** The maximum number of hard links to a file on ext4. */
const MAX_NAMES = 60_000

/** Fills a large directory with hard links to a few empty files, which is faster than creating files. */
export function layMany(inside: string, count: number): void {
  mkdirSync(join(inside, 'many'))
  for (let index = 0; index < count; index++) {
    const name = join(inside, 'many', `${index}`)
    if (index % MAX_NAMES === 0) writeFileSync(name, '')
    else linkSync(join(inside, 'many', `${index - (index % MAX_NAMES)}`), name)
  }
}

export function expectUntouched(outside: string): void {
  expect(readdirSync(outside)).toStrictEqual(['secret'])
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET')
}

/** After an attack the runtime must run the next task, and have as many guests as before. */
export async function expectAlive(runtime: EmbeddedRuntime): Promise<void> {
  expect((await run(runtime, add)).outcome).toStrictEqual(thirty)
}

/** The lines `what N` printed by an attack that ended by itself. */
export function triesOf({ outcome }: Ran): readonly (readonly [what: string, result: string])[] {
  expect(outcome).toMatchObject({ kind: 'completed' })
  return outcome.results
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), line.slice(at + 1)] as const
    })
}
