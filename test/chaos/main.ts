// `npm run chaos -- [--tasks N] [--seed N] [--broker NAME]… [--fault TEXT]…`: N tasks per fault and broker. A run of
// all
// faults writes the table of bench/RELIABILITY.md.
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table, writeSection } from '../../src/dev/sections.js'
import { ROOT } from '../support/fixtures.js'
import { BROKERS, type BrokerKind } from './brokers.js'
import { FAULTS, type Fault } from './faults.js'
import { runScenario, type Outcome } from './scenario.js'
import { startWorld } from './world.js'

const TASKS = '100'
const FILE = join(ROOT, 'bench/RELIABILITY.md')
const HEAD = '# Reliability\n\nWritten by `npm run chaos` and `npm run load`; do not edit.\n'
const HEADINGS = [
  'fault',
  'broker',
  'strikes',
  'tasks',
  'answered',
  'as interrupted',
  'lost',
  'duplicated',
  'ran, by their marks',
  'run twice',
  'lost by the broker',
  'seconds',
]

type Row = { readonly fault: Fault; readonly kind: BrokerKind; readonly outcome: Outcome }

const cells = ({ fault, kind, outcome }: Row): readonly string[] => [
  fault.name,
  kind,
  String(outcome.faults),
  String(outcome.tasks),
  String(outcome.answered),
  String(outcome.interrupted),
  String(outcome.lost.length),
  String(outcome.duplicated.length),
  String(outcome.marked),
  String(outcome.runTwice.length),
  String(outcome.lostElsewhere.length),
  outcome.seconds.toFixed(0),
]

const NOTES = [
  'Tasks are sent in rounds of 20; in the midst of each round the fault strikes, at a moment that the seed chooses, and all tasks',
  'are settled before the next round. Half are programs that leave a mark in a file, some fetch their binary in chunks, some loop',
  'until their time limit, the others are calls of `add`.',
  '',
  '- **lost**: the proplet has acknowledged the start (PUBREC), and the broker never acknowledged a result.',
  '- **duplicated**: more than one result came to the Manager. A broker that has forgotten the session can not tell a repetition,',
  '  and mosquitto, killed, has not saved all of it: then, and only then, results are delivered at least once, not exactly once.',
  '- **run twice**: of those that leave a mark, those that left two.',
  '- **as interrupted**: the result says `interrupted by a restart of the proplet`.',
  '- **lost by the broker**: the start never came to the proplet, or the broker acknowledged the result and did not give it to the',
  '  Manager: a broker without its sessions, or another client that took the session.',
]

const sum = (rows: readonly Row[], of: (outcome: Outcome) => number): number =>
  rows.reduce((total, { outcome }) => total + of(outcome), 0)

const sectionOf = (rows: readonly Row[], seed: number): string => {
  const total = [
    `${sum(rows, ({ tasks }) => tasks)} tasks, ${sum(rows, ({ faults }) => faults)} strikes, seed ${seed}: `,
    `${sum(rows, ({ lost }) => lost.length)} lost, ${sum(rows, ({ duplicated }) => duplicated.length)} duplicated, `,
    `${sum(rows, ({ runTwice }) => runTwice.length)} run twice. `,
    `Node.js ${process.versions.node}, ${cpus().length} cores.`,
  ].join('')
  return ['## Chaos', '', ...NOTES, '', total, '', ...table(HEADINGS, rows.map(cells))].join('\n')
}

const isGood = ({ fault, kind, outcome }: Row): boolean =>
  outcome.marked + outcome.interrupted + outcome.lostElsewhere.length > 0 &&
  outcome.lost.length + outcome.runTwice.length === 0 &&
  (outcome.duplicated.length === 0 || fault.forgets?.includes(kind) === true)

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      tasks: { type: 'string', default: TASKS },
      seed: { type: 'string', default: '1' },
      broker: { type: 'string', multiple: true, default: [...BROKERS] },
      fault: { type: 'string', multiple: true, default: [''] },
    },
  })
  const seed = Number(values.seed)
  const faults = FAULTS.filter(({ name }) => values.fault.some((text) => name.includes(text)))
  const kinds = BROKERS.filter((kind) => values.broker.includes(kind))
  const rows: Row[] = []
  for (const fault of faults) {
    for (const kind of kinds) {
      const world = await startWorld(kind)
      try {
        const outcome = await runScenario(world, fault, { tasks: Number(values.tasks), seed })
        const row = { fault, kind, outcome }
        rows.push(row)
        console.log(cells(row).join(' | '))
        if (!isGood(row)) console.log(outcome)
      } finally {
        await world.close()
      }
    }
  }
  const section = sectionOf(rows, seed)
  console.log(section)
  if (faults.length === FAULTS.length && kinds.length === BROKERS.length)
    writeSection(FILE, HEAD, 'chaos', section)
  return rows.every(isGood)
}

process.exitCode = (await main()) ? 0 : 1
