// @ts-check
// Puts the proplet under load; all parts together write their section of RELIABILITY.md.
// `npm run load -- [--minutes N] [--part burst|images|slow|soak]…`
import { parseArgs } from 'node:util'
import { cpus, loadavg } from 'node:os'
import { table } from '../dist/dev/sections.js'
import { burst, images, slowBroker, soak } from './support/load-parts.mjs'
import { writeReliability } from './support/reliability.mjs'
import { mb, ms } from './support/stats.mjs'

const PARTS = { burst, images, slow: slowBroker, soak }
const HEADINGS = [
  'load',
  'tasks',
  'lost',
  'failed',
  'seconds',
  'longest work in one turn',
  'longest delay of the loop',
  'between two heartbeats, at most',
  'resident before, most, after',
  'heap before, after',
]
const MAX_WORK_MS = 20
/** Largest gap between heartbeats, as a multiple of the interval. */
const MAX_LATE = 1.5

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    part: { type: 'string', multiple: true, default: Object.keys(PARTS) },
  },
})

/** @param {import('./support/load-parts.mjs').Loaded} part */
const cells = ({ what, tasks, lost, failed, seconds, loop, beatMs, before, most, after }) => [
  what,
  `${tasks}`,
  `${lost}`,
  `${failed}`,
  seconds.toFixed(0),
  ms(loop.work),
  ms(loop.max),
  ms(beatMs),
  [before.rss, most, after.rss].map(mb).join(', '),
  [before.heapUsed, after.heapUsed].map(mb).join(', '),
]

/** @param {import('./support/load-parts.mjs').Loaded} part */
const isGood = ({ lost, failed, loop, beatMs, intervalMs }) =>
  lost === 0 && failed === 0 && loop.work < MAX_WORK_MS && beatMs < intervalMs * MAX_LATE

const loadBefore = loadavg()
const parts = []
for (const [name, run] of Object.entries(PARTS)) {
  if (!values.part.includes(name)) continue
  const part = await run(Number(values.minutes))
  console.log(cells(part).join(' | '))
  parts.push(part)
}
const load = (/** @type {readonly number[]} */ values_) => values_.map((each) => each.toFixed(1)).join(' ')
const section = [
  '## Load',
  '',
  'The broker, the Manager and the registry are on the same machine. Lost: no result came. Failed: it was not the one expected. The',
  'work is the processor time of the main thread from one turn of its loop to the next (target: less than 20 ms); the delay is in wall',
  'time, and holds what others on the machine take. Heartbeats are due each second.',
  '',
  `Node.js ${process.versions.node}, ${cpus().length} cores; load of the machine ${load(loadBefore)} before, ${load(loadavg())} after.`,
  '',
  ...table(HEADINGS, parts.map(cells)),
].join('\n')
console.log(section)
if (parts.length === Object.keys(PARTS).length) writeReliability('load', section)
process.exitCode = parts.every(isGood) ? 0 : 1
