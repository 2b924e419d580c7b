// @ts-check
// Runs the scenarios named on the command line, or all, and prints their tables. All of them together write RESULTS.md;
// with --write, those that are named replace their sections in it.
import { readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { machineText, sectionText, withSections } from './support/report.mjs'

const SCENARIOS = [
  'latency',
  'invoke',
  'cold',
  'import',
  'components',
  'chunked',
  'throughput',
  'fetch',
  'pull',
  'inline-large',
  'stop',
  'isolation',
  'hal',
  'http',
  'memory',
  'monitoring',
  'journal',
  'ops',
  'federated',
  'nagle',
  'mqtt-versions',
  'peers',
]

const WRITE = '--write'
const RESULTS = new URL('RESULTS.md', import.meta.url)
const asked = process.argv.slice(2).filter((argument) => argument !== WRITE)
const unknown = asked.filter((name) => !SCENARIOS.includes(name))
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}; there are ${SCENARIOS.join(', ')}`)
  process.exit(64)
}

const loadBefore = loadavg()
const startedAt = performance.now()
const sections = []
for (const name of asked.length === 0 ? SCENARIOS : asked) {
  const { title, run } = await import(`./${name}.mjs`)
  const section = sectionText({ name, title, ...(await run()) })
  console.log(section)
  sections.push(section)
}
const head = machineText((performance.now() - startedAt) / 1000, loadBefore)
console.log(head)
if (asked.length === 0) await writeFile(RESULTS, [head, ...sections].join('\n'))
else if (process.argv.includes(WRITE))
  await writeFile(RESULTS, withSections(await readFile(RESULTS, 'utf8'), sections, head))
