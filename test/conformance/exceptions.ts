import type { SuiteResult } from './run-suite.js'

/**
 * Files that `nyi.txt` of the component model's suite excludes, because they need proposals that are not in its default
 * set.
 */
export const NOT_YET_IN_THE_SUITE: ReadonlySet<string> = new Set([
  'validation/max-value-size',
  'async/during-sync-call-may-block-if-other-ready-threads',
  'async/during-sync-call-no-exclusive-resume',
  'async/during-sync-call-no-sibling-resume',
])

/** Why a test does not pass, in a few words, for the page, where the message of the program follows. */
export function classOf(file: string, reason: string, { node }: SuiteResult): string {
  if (/WASI 0\.3, which runs on Node\.js|lifted without|JSPI/.test(reason))
    return `needs JavaScript Promise Integration, which Node.js ${node.version} lacks`
  const [, feature, since] = /: ([^:]*) needs Node\.js (\d+) or newer; this is/.exec(reason) ?? []
  if (feature !== undefined && since !== undefined)
    return `needs ${feature.replace(/^a module that uses | in a module$/g, '')}, which V8 has since Node.js ${since}`
  if (/wasm-tools .* does not read it/.test(reason))
    return 'the text is of an older format than the converter reads'
  if (NOT_YET_IN_THE_SUITE.has(file)) return 'listed in the `nyi.txt` of the suite'
  return 'open'
}
