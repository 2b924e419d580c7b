// @ts-check
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'

/**
 * @typedef {{name: string, title: string, rows: import('./stats.mjs').Row[], notes: string[]}} Section
 */

const HEADINGS = ['', 'median', 'p99', 'max', 'target', 'met', 'beside it']

/** @param {import('./stats.mjs').Row} row */
const cells = ({ what, median = '', p99 = '', max = '', target = '', met, floor = '' }) => [
  what,
  median,
  p99,
  max,
  target,
  met === undefined ? '' : met ? 'yes' : 'NO',
  floor,
]

/** @param {Section} section */
export const sectionText = ({ name, title, rows, notes }) => {
  const all = [HEADINGS, ...rows.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(3, ...all.map((line) => line[column]?.length ?? 0)))
  const line = (/** @type {readonly string[]} */ texts) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const table = [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...all.slice(1).map(line)]
  return [
    `## ${title}`,
    '',
    `\`node bench/run.mjs ${name}\``,
    '',
    ...table,
    '',
    ...notes.flatMap((note) => [note, '']),
  ].join('\n')
}

/**
 * Replaces the sections of the same titles by new ones, or appends them. Each says when it was measured, because
 * the rest is older.
 * @param {string} results @param {readonly string[]} sections @param {string} head
 */
export const withSections = (results, sections, head) => {
  const measured = /^- commit .*$/m.exec(head)?.[0].slice(2) ?? ''
  const parts = results.split(/^(?=## )/m)
  for (const section of sections) {
    const [heading] = section.split('\n')
    const text = `${section.trimEnd()}\n\nMeasured by itself: ${measured}.\n\n`
    const at = parts.findIndex((part) => part.startsWith(`${heading}\n`))
    if (at === -1) parts.push(text)
    else parts[at] = text
  }
  return parts.map((part) => `${part.trimEnd()}\n`).join('\n')
}

const commit = () => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

/** @param {number} seconds @param {readonly number[]} loadBefore */
export const machineText = (seconds, loadBefore) =>
  [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; do not edit. Times are in wall time, each figure beside its floor of the same run.',
    '',
    `- processor: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    `- Node.js ${process.versions.node}, V8 ${process.versions.v8}, ${process.platform} ${release()}`,
    `- commit ${commit()}, ${new Date().toISOString()}, ${seconds.toFixed(0)} s`,
    `- load of the machine: ${loadBefore.map((load) => load.toFixed(1)).join(' ')} before, ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')} after (1, 5, 15 minutes)`,
    '',
  ].join('\n')
