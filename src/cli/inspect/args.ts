import { parseArgs } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import type { InspectRequest } from './inspect.js'

export const INSPECT = 'inspect'
export const INSPECT_USAGE = `${INSPECT} FILE [--json]`
export const INSPECT_MEANING = `The command \`${INSPECT}\` tells what a module\nor component imports and exports; - is stdin.`

/** Reads what follows the word `inspect`; on the left is what is wrong with it. */
export const parseInspect = (argv: readonly string[]): E.Either<readonly string[], InspectRequest> => {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { json: { type: 'boolean' } },
      allowPositionals: true,
    })
    const [file, ...others] = positionals
    if (file === undefined || file === '' || others.length > 0) {
      return E.left([`${INSPECT}: found ${positionals.length} files; expected ${INSPECT_USAGE}`])
    }
    return E.right({ file, json: values.json === true })
  } catch {
    return E.left([`${INSPECT}: found an option that is not known; expected ${INSPECT_USAGE}`])
  }
}
