// `npm run fleet -- [--proplets N] [--processes N] [--tasks N] [--broadcasts N] [--away MS]`; writes bench/FLEET.md.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { table, writeSection } from '../../src/dev/sections.js'
import { ROOT } from '../support/fixtures.js'
import { runFleet, type FleetOptions, type FleetOutcome } from './fleet.js'
import { histogram, peak } from './histogram.js'
import type { MemberReport } from './member-protocol.js'

const FILE = join(ROOT, 'bench/FLEET.md')
const HEAD = '# A fleet\n\nWritten by `npm run fleet`; do not edit.\n'
const STEP_MS = 100
const MB = 1024 * 1024

const startMember: FleetOptions['startMember'] = (options, report) => {
  const child = fork(fileURLToPath(new URL('member.js', import.meta.url)), { stdio: 'inherit' })
  const exited = once(child, 'exit')
  child.on('message', (message) => report(message as MemberReport))
  child.send(options)
  return {
    resident: () => {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) * 1024
    },
    stop: async () => {
      child.send('stop')
      await exited
    },
  }
}

const NOTES = [
  'All proplets are on one channel of one mosquitto, which saves its sessions, and are made by `createProplet`, many in a process; those',
  'of a process share its guests, which are child processes of their own and not counted in the memory. Each proplet has its own session,',
  'journal and heartbeat, and gets the starts of all: that is how the channel works. Half-way the broker is ended and comes back after a',
  'while. Lost: a run without a result; twice: one with two.',
]

const memory = (bytes: number | undefined, proplets: number): string =>
  bytes === undefined ? '-' : `${(bytes / MB).toFixed(0)} MB, ${(bytes / MB / proplets).toFixed(2)} MB each`

const { values } = parseArgs({
  options: {
    proplets: { type: 'string', default: '300' },
    processes: { type: 'string', default: '3' },
    tasks: { type: 'string', default: '20000' },
    broadcasts: { type: 'string', default: '60' },
    away: { type: 'string', default: '3000' },
  },
})
const options: FleetOptions = {
  proplets: Number(values.proplets),
  processes: Number(values.processes),
  tasks: Number(values.tasks),
  broadcasts: Number(values.broadcasts),
  awayMs: Number(values.away),
  guests: 1,
  startMember,
}

const rowsOf = (outcome: FleetOutcome): readonly (readonly [string, string])[] => [
  ['proplets, processes', `${values.proplets}, ${values.processes}`],
  ['runs of tasks', `${outcome.runs}, of ${values.broadcasts} broadcasts to all and targeted starts`],
  ['lost, twice, wrong', [outcome.lost, outcome.twice, outcome.wrong].map(({ length }) => length).join(', ')],
  ['seconds', outcome.seconds.toFixed(0)],
  ['heartbeats, longest time between two', `${outcome.beats}, ${(outcome.beatGapMs / 1000).toFixed(1)} s`],
  ['connections lost but by the restart', String(outcome.lostLinks)],
  ['broker away, refused attempts meanwhile', `${values.away} ms, ${outcome.refused}`],
  [`most connections within ${STEP_MS} ms after it`, String(peak(outcome.reconnects, STEP_MS))],
  ['resident, before the tasks', memory(outcome.residentBefore, options.proplets)],
  ['resident, after the tasks', memory(outcome.residentAfter, options.proplets)],
]

const outcome = await runFleet(options)
const command = `npm run fleet -- --proplets ${values.proplets} --processes ${values.processes} --tasks ${values.tasks} --broadcasts ${values.broadcasts} --away ${values.away}`
const section = [
  `## ${values.proplets} proplets`,
  '',
  ...NOTES,
  '',
  `\`${command}\`. Node.js ${process.versions.node}, ${cpus().length} cores; load of the machine ${loadavg()[0]?.toFixed(1) ?? ''}.`,
  '',
  ...table(['what', 'measured'], rowsOf(outcome)),
  '',
  `Connections after the restart, from when the broker listened, in steps of ${STEP_MS} ms:`,
  '',
  '```',
  ...histogram(outcome.reconnects, STEP_MS),
  '```',
].join('\n')
console.log(section)
const isGood = outcome.lost.length + outcome.twice.length + outcome.wrong.length + outcome.lostLinks === 0
if (!isGood)
  console.log({
    lost: outcome.lost.slice(0, 20),
    twice: outcome.twice.slice(0, 20),
    wrong: outcome.wrong.slice(0, 20),
  })
if (options.proplets >= 200) writeSection(FILE, HEAD, `fleet-${values.proplets}`, section)
process.exitCode = isGood ? 0 : 1
