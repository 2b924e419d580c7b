import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths that lead out of a preopen that `layEscapes` has prepared. Every face of the host has to refuse them all. */
export const ESCAPES: readonly string[] = [
  ...['/', '/etc/passwd', '//etc/passwd', '..', '../', '../outside/secret', 'd/../../outside/secret'],
  ...[
    './..',
    'd/./../..',
    'd//..//..',
    'up/outside/secret',
    'abs/secret',
    'd/up/secret',
    'chain/outside/secret',
  ],
]

/** Lays the links that these paths go along. */
export const layEscapes = (inside: string, outside: string): void => {
  mkdirSync(join(inside, 'd'))
  writeFileSync(join(inside, 'existing'), '')
  symlinkSync('..', join(inside, 'up'))
  symlinkSync(outside, join(inside, 'abs'))
  symlinkSync('../../outside', join(inside, 'd/up'))
  symlinkSync('d/../up', join(inside, 'chain'))
}
