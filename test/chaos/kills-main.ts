// `npm run chaos:kills -- [--kills N] [--rate N]… [--victim proplet|broker]… [--seed N] [--minutes N] [--together]`:
// kills
// under a steady load; with `--together`, all runs at once. Both victims write the section of bench/RELIABILITY.md.
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table, writeSection } from '../../src/dev/sections.js'
import { ROOT } from '../support/fixtures.js'
import { isSound } from './kills-sound.js'
import { MAX_TASKS, runKills, type KillOptions, type KillOutcome, type Progress } from './kills.js'

const FILE = join(ROOT, 'bench/RELIABILITY.md')
const HEAD = '# Reliability\n\nWritten by `npm run chaos` and `npm run load`; do not edit.\n'
/** Longer than the uptime after which the backoff of the proplet resets. */
const STABLE_MS = 10_500
const HEADINGS = [
  'killed',
  'kills',
  'tasks a second',
  'tasks',
  'answered',
  'lost',
  'answered twice',
  'ran, by their marks',
  'ran twice',
  'unexplained',
  'cut short',
  'refused',
  'left in journal, outbox',
  'seconds',
]

type Row = { readonly options: KillOptions; readonly outcome: KillOutcome }

const cells = ({ options: { victim, rate }, outcome }: Row): readonly string[] => [
  victim,
  String(outcome.kills),
  String(rate),
  String(outcome.tasks),
  String(outcome.answered),
  String(outcome.lost.length),
  String(outcome.twice.length),
  String(outcome.marked),
  String(outcome.runTwice.length),
  String(outcome.unexplained.length),
  String(outcome.cutShort),
  String(outcome.refused),
  `${outcome.leftInJournal}, ${outcome.leftInOutbox}`,
  outcome.seconds.toFixed(0),
]

const NOTES = [
  'Tasks come at a steady rate from a client of its own, and another one counts the results; mosquitto saves its sessions. The victim is',
  'killed with SIGKILL after a further answer, at a random moment of the next second, and started again at once; a broker stays up for',
  'ten seconds more, after which the proplet takes a connection for stable and connects again within a second. At the end the run',
  'waits until all tasks are answered, and reads from `/metrics` what is left. At most 600 tasks are open, so that none is refused, and',
  'none is sent while the broker is away.',
  '',
  `- **cut short**: answered with \`interrupted by a restart of the proplet\`. At most ${MAX_TASKS} guests run at a time (\`PROPLET_MAX_TASKS\`).`,
  '- **ran twice**: each task leaves a mark in a file, which no kill undoes.',
  '- A broker that is killed has not saved all of its sessions: it forgets that it had given a start to the proplet or a result to the',
  '  observer, and gives it again (**twice**), or that it had taken one at all (**lost**). The proplet itself lives through these runs.',
  '- **unexplained**: lost, answered or run twice, and not by what the broker lost, as seen by a proxy between the two: the broker gave',
  '  the start once, or never acknowledged a result, or was given a result twice in one session.',
]

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    rate: { type: 'string', multiple: true, default: ['50', '300'] },
    victim: { type: 'string', multiple: true, default: ['proplet', 'broker'] },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    together: { type: 'boolean', default: false },
  },
})
/** Every so many kills, the progress is written to stderr. */
const REPORT_EVERY = 10

const report =
  ({ victim, rate }: KillOptions) =>
  (progress: Progress): void => {
    if (progress.kills % REPORT_EVERY === 0)
      console.error(new Date().toISOString(), { victim, rate, ...progress })
  }
const run = async (options: KillOptions): Promise<Row> => {
  const row = { options, outcome: await runKills({ ...options, onKill: report(options) }) }
  console.log(cells(row).join(' | '))
  if (!isSound(options, row.outcome)) console.log(row.outcome)
  return row
}
const runs = (['proplet', 'broker'] as const)
  .filter((victim) => values.victim.includes(victim))
  .flatMap((victim) => values.rate.map((rate) => ({ victim, rate: Number(rate) })))
  .map((each): KillOptions => ({
    ...each,
    kills: Number(values.kills),
    seed: Number(values.seed),
    pauseMs: each.victim === 'broker' ? STABLE_MS : 0,
  }))
  .map((each) => (values.minutes === undefined ? each : { ...each, maxMs: Number(values.minutes) * 60_000 }))
const rows: Row[] = []
if (values.together) rows.push(...(await Promise.all(runs.map(run))))
else for (const options of runs) rows.push(await run(options))
const section = [
  '## Kills under load',
  '',
  ...NOTES,
  '',
  `Seed ${values.seed}. Node.js ${process.versions.node}, ${cpus().length} cores${values.together ? ', shared by all runs at a time' : ''}; load of the machine ${loadavg()[0]?.toFixed(1) ?? ''}.`,
  '',
  ...table(HEADINGS, rows.map(cells)),
].join('\n')
console.log(section)
if (values.victim.length === 2) writeSection(FILE, HEAD, 'kills', section)
process.exitCode = rows.every(({ options, outcome }) => isSound(options, outcome)) ? 0 : 1
