import { readFileSync, writeFileSync } from 'node:fs'
import { classOf } from './exceptions.js'
import { countOf, type FileResult, type Outcome } from './outcome.js'
import type { SuiteResult } from './run-suite.js'

/** Parts that other scripts write. */
const KEPT = ['programs', 'packages', 'start', 'go']
const REASON_LENGTH = 240

const INTRODUCTION = `# Conformance

Results of the proplet in the test suites of other projects. This page is written by \`npm run conformance -- --write\`;
\`npm run conformance\` runs the suites and fails when a number falls below [the baseline](../test/conformance/expected.json).

The suites are not part of this repository. \`CONFORMANCE_SUITES\` names the folder that holds them: \`wasi-testsuite\`
([WebAssembly/wasi-testsuite](https://github.com/WebAssembly/wasi-testsuite), branch \`prod/testsuite-base\`, 9f80ca35) and
\`component-model\` ([WebAssembly/component-model](https://github.com/WebAssembly/component-model), \`test/\`, 6d28164).

## How they are run

- **wasi-p1, wasi-0.3**: each program by \`proplet-exec\`, over a fresh copy of its directories, with the arguments, variables,
  input, connections and requests of its JSON. Expected are its output and exit code. After the test has sent SIGINT, the
  exit code is not compared.
- **component-model**: each script is converted by \`wasm-tools json-from-wast\` (\`async/cancellable\`, which uses an option that the text
  format has since removed, by the older parser of jco) and run in a process of its own, through the API of
  \`packages/component\`. \`component definition\` is validated; \`assert_invalid\` and \`assert_malformed\` pass if the component is
  refused as invalid; unsupported is not enough. Their messages, which quote another validator, are not compared. Text that
  is malformed is the converter's concern and not counted.
- **Traps** are compared by their messages. The suite quotes those of wasmtime: if ours is worded differently, both must be in the same
  class ([the classes](../test/conformance/wast/trap-class.ts)); any other message must be part of ours.
- **Not passed** on the newest Node.js are four commands in files that the suite's \`nyi.txt\` excludes. Two of them switch, within a
  synchronous call, to a thread whose stack is suspended, which V8 can resume only in a later turn. One expects another message for the trap
  of a thread that suspends itself and can never be resumed. One expects that work begun by a call does not continue before the next call.
- **Exceptions** are those four, which belong to proposals outside the suite's default set. On Node.js 20 more is refused, only for features
  that its V8 lacks; each message names the version of Node.js that has them, and the table of reasons has the counts. Nothing is refused
  on the newest Node.js.
`

/** Writes the page; the parts between marks are kept. */
export function writePage(path: string, results: readonly SuiteResult[]): void {
  const page = [
    INTRODUCTION,
    `## Results\n\n${summary(results)}\n`,
    ...KEPT.map((name) => kept(path, name)),
    ...results.map(section),
  ].join('\n')
  writeFileSync(path, page)
}

function kept(path: string, name: string): string {
  const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const begin = text.indexOf(opening)
  const end = text.indexOf(closing)
  const part = begin === -1 || end === -1 ? '\n' : text.slice(begin + opening.length, end)
  return `${opening}${part}${closing}\n`
}

const summary = (results: readonly SuiteResult[]): string =>
  table(
    ['Suite', 'Node.js', 'Passed', 'Failed', 'Refused'],
    results.map(({ suite, node, files }) => {
      const { passed, failed, refused } = countOf(files)
      return [suite, node.version, passed, failed, refused]
    }),
  )

function section(result: SuiteResult): string {
  const { suite, node, files } = result
  const incomplete = files.filter(({ results }) => results.some(({ outcome }) => outcome.kind !== 'passed'))
  const complete = files.length - incomplete.length
  const parts = [
    `## ${suite} on Node.js ${node.version}\n\n${complete} of ${files.length} files are passed in all.\n`,
  ]
  if (incomplete.length === 0) return parts.join('\n')
  parts.push(`${table(['Why', 'Commands'], reasons(result))}\n`)
  parts.push(
    `${table(
      ['File', 'Passed', 'Not passed', 'How', 'Why'],
      incomplete.flatMap((file) => rows(file)),
    )}\n`,
  )
  return parts.join('\n')
}

function reasons(result: SuiteResult): (string | number)[][] {
  const counts = new Map<string, number>()
  for (const { file, results } of result.files) {
    // Commands that follow a failed one fail for the same reason.
    let last = ''
    for (const { outcome } of results) {
      if (outcome.kind === 'passed') continue
      if (!isConsequence(outcome)) last = outcome.reason
      const why = classOf(file, last === '' ? outcome.reason : last, result)
      counts.set(why, (counts.get(why) ?? 0) + 1)
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([why, count]) => [why, count])
}

const isConsequence = (outcome: Outcome): boolean =>
  outcome.kind === 'failed' && /could not be made|the command before it/.test(outcome.reason)

/** A row per reason, with the lines of all its commands. */
function rows(file: FileResult): (string | number)[][] {
  const { passed } = countOf([file])
  const found = new Map<string, { readonly how: string; readonly why: string; readonly lines: string[] }>()
  for (const { name, outcome } of file.results) {
    if (outcome.kind === 'passed') continue
    const why = clean(outcome.reason)
    const key = `${outcome.kind} ${why}`
    const row = found.get(key) ?? { how: outcome.kind, why, lines: [] }
    row.lines.push(name)
    found.set(key, row)
  }
  return [...found.values()].map(({ how, why, lines }) => [file.file, passed, lines.join(', '), how, why])
}

const clean = (reason: string): string =>
  reason.replace(/\s+/g, ' ').replace(/\|/g, '\\|').replace(/</g, '&lt;').slice(0, REASON_LENGTH)

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
