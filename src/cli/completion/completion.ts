import { suggestion } from '../../io/config/nearest.js'
import type { Words } from '../commands/parse.js'
import { SHELLS, type Shell } from '../commands/words.js'
import { EXIT } from '../output/exits.js'
import { errorLines, type Output } from '../output/lines.js'
import { bashCompletion } from './bash.js'
import { fishCompletion } from './fish.js'
import { zshCompletion } from './zsh.js'

type Streams = { readonly stdout: Output; readonly stderr: Output }

const SCRIPTS: Readonly<Record<Shell, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/** `proplet completion`: prints the script for a shell; returns the exit code. */
export const completion = (
  { args: [wanted = ''] }: Pick<Words, 'args'>,
  { stdout, stderr }: Streams,
): number => {
  const shell = SHELLS.find((name) => name === wanted)
  if (shell === undefined) {
    const found = `found ${JSON.stringify(wanted.slice(0, 100))}${suggestion(wanted, SHELLS)}`
    stderr.write(errorLines([`${found}; expected ${SHELLS.join(', ')}`]))
    return EXIT.usage
  }
  stdout.write(SCRIPTS[shell]())
  return EXIT.done
}
