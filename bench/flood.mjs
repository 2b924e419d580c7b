// @ts-check
// Sends thousands of starts at once to a proplet with room for a thousand, and measures when results, the stop of a task that runs
// and heartbeats get through; beside it, a bare MQTT.js client that refuses everything. It needs mosquitto.
// `node bench/flood.mjs [--starts N] [--qos 1|2]… [--env NAME=VALUE]… [--profile DIRECTORY] [--full] [--write]`, after `npm run build`;
// --full leaves out the flood of a proplet with room, --write writes its section of RELIABILITY.md.
import { cpus, loadavg } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { table } from '../dist/dev/sections.js'
import { BEAT_MS, floodBareClient, floodProplet, STOP_AFTER_MS } from './support/flood.mjs'
import { writeReliability } from './support/reliability.mjs'
import { mb, ms } from './support/stats.mjs'

const HEADINGS = [
  'who',
  'QoS of the starts',
  'answered',
  'of these completed',
  'refused',
  'other',
  'twice',
  'published within',
  'first result',
  'last result',
  `result of a stop, asked after ${STOP_AFTER_MS} ms`,
  'longest gap of heartbeats',
  'processor time',
  'per start',
  'resident before, most',
]

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '20000' },
    qos: { type: 'string', multiple: true, default: ['1', '2'] },
    main: { type: 'string', default: fileURLToPath(new URL('../dist/main.cjs', import.meta.url)) },
    env: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string' },
    full: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const starts = Number(values.starts)
const env = Object.fromEntries(values.env.map((each) => /** @type {[string, string]} */ (each.split('='))))

/** @param {number} qos @param {import('./support/flood.mjs').Flooded} flooded */
const cells = (qos, { what, counts, sentMs, firstMs, lastMs, stopMs, gapMs, cpuMs, ...bytes }) => [
  what,
  `${qos}`,
  ...[counts.answered, counts.completed, counts.refused, counts.other, counts.twice].map(String),
  ms(sentMs),
  ms(firstMs),
  ms(lastMs),
  stopMs === undefined ? '' : ms(stopMs),
  gapMs === undefined ? '' : ms(gapMs),
  ms(cpuMs),
  ms(cpuMs / starts),
  [bytes.beforeBytes, bytes.mostBytes].map((each) => mb(each ?? NaN)).join(', '),
]

const load = () =>
  loadavg()
    .map((each) => each.toFixed(1))
    .join(' ')

const loadBefore = load()
const rows = []
let isGood = true
for (const qos of values.qos.map((each) =>
  each === '2' ? /** @type {const} */ (2) : /** @type {const} */ (1),
)) {
  const bare = await floodBareClient({ qos, starts })
  const options = { qos, starts, main: values.main, env, profile: values.profile }
  const full = await floodProplet({ ...options, isFull: true })
  const proplet = values.full ? [] : [await floodProplet(options)]
  for (const each of [bare, full, ...proplet]) {
    const row = cells(qos, each)
    rows.push(row)
    console.log(HEADINGS.map((heading, i) => `${heading}: ${row[i]}`).join(' | '))
    isGood &&= each.counts.answered === starts && each.counts.twice === 0
  }
}
const section = [
  '## Flood',
  '',
  `\`node bench/flood.mjs --write\`: ${starts} starts of \`add\` at once, to a proplet that runs two at a time and has room for 1000 that`,
  'wait, until all are answered, for a minute at most. The broker (mosquitto), who sends and who takes results use the same two cores.',
  'Beside it, what the same flood costs a bare MQTT.js client that parses each start and answers with a refusal, by QoS 2 and twenty in',
  'flight, as the proplet does; and a proplet whose slots and queue are taken by tasks that wait, so that it refuses everything. The',
  'time per start is that of the main process, for refusals and for tasks that ran alike; what was not answered counts, too.',
  `Heartbeats are due every ${BEAT_MS} ms.`,
  '',
  `Node.js ${process.versions.node}, ${cpus().length} cores; load of the machine ${loadBefore} before, ${load()} after.`,
  '',
  ...table(HEADINGS, rows),
].join('\n')
console.log(section)
if (values.write) writeReliability('flood', section)
process.exitCode = isGood ? 0 : 1
