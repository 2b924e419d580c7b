import { parseArgs } from 'node:util'

export type Options = {
  readonly suite: RegExp
  readonly file: RegExp
  readonly nodes: readonly string[]
  /** Print each test that does not pass, with its reason. */
  readonly verbose: boolean
  /** Rewrite the page and the baseline. */
  readonly write: boolean
  /** Everything was run, so the page and the baseline can be compared. */
  readonly complete: boolean
}

/** The newest LTS. WASI 0.3 needs JSPI. */
const NEWEST_LTS = '26'

export const USAGE = `npm run conformance -- [--suite NAME] [--file NAME] [--node current|26]… [--verbose] [--write]
  --suite, --file  only what has this in its name; a regular expression
  --node           which Node.js to run on, again for several; without it: this one, and the newest LTS
  --verbose        print each test that is not passed, with the reason
  --write          rewrite docs/conformance.md and test/conformance/expected.json
CONFORMANCE_SUITES names the folder of the suites, CONFORMANCE_EXEC a program to run instead of dist/exec.js.`

export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      suite: { type: 'string', default: '' },
      file: { type: 'string', default: '' },
      node: { type: 'string', multiple: true },
      verbose: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  })
  return {
    suite: new RegExp(values.suite),
    file: new RegExp(values.file),
    nodes: values.node ?? ['current', NEWEST_LTS],
    verbose: values.verbose,
    write: values.write,
    complete: values.suite === '' && values.file === '' && values.node === undefined,
  }
}
