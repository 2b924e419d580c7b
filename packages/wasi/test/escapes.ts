import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths that lead out of a preopen prepared by `layEscapes`. Every version of the host must refuse all of them. */
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

/** Creates the links that these paths follow. */
export const layEscapes = (inside: string, outside: string): void => {
  mkdirSync(join(inside, 'd'))
  writeFileSync(join(inside, 'existing'), '')
  symlinkSync('..', join(inside, 'up'))
  symlinkSync(outside, join(inside, 'abs'))
  symlinkSync('../../outside', join(inside, 'd/up'))
  symlinkSync('d/../up', join(inside, 'chain'))
}
