// `npm run links -- [--minutes N] [--rtt MS]…`: proplets over long and lossy links, all at once. A run with all
// links writes the section of bench/RELIABILITY.md.
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table, writeSection } from '../../src/dev/sections.js'
import { makeCerts, type Certs } from '../support/certs.js'
import { ROOT } from '../support/fixtures.js'
import { rateOf } from '../support/long-link.js'
import { runLink, type LinkOutcome, type LinkRunOptions } from './run.js'

const FILE = join(ROOT, 'bench/RELIABILITY.md')
const HEAD = '# Reliability\n\nWritten by `npm run chaos` and `npm run load`; do not edit.\n'
const LOSS = 0.01
const IMAGE_BYTES = 10_000_000
const ROUND_TRIPS = ['30', '300']
const BEAT_MS = 10_000
/** By default a heartbeat is sent every 10 s; this proplet sends nothing but its keep-alive. */
const IDLE = { PROPLET_LIVELINESS_INTERVAL: '1h', PROPLET_METRICS_INTERVAL: '0' }
const HEADINGS = [
  'round trip',
  'load',
  'minutes',
  'connections',
  'tasks',
  'lost',
  'answered twice',
  'images of 10 MB: in a start, in chunks',
  'seconds an image takes, at most',
  'heartbeats',
  'between two, at most',
  'pings',
  'segments lost',
]

type Row = { readonly options: Omit<LinkRunOptions, 'certs'>; readonly outcome: LinkOutcome }

const runs = (roundTripMs: number, minutes: number): readonly Row['options'][] => {
  const common = { roundTripMs, loss: LOSS, seed: 1, forMs: minutes * 60_000 }
  return [
    { ...common, taskEveryMs: 1000, images: [IMAGE_BYTES, IMAGE_BYTES], idle: '10m' },
    { ...common, taskEveryMs: 0, images: [], idle: '45s', env: IDLE },
  ]
}

const cells = ({ options, outcome }: Row): readonly string[] => {
  const of = (kind: string) => outcome.arrivals.filter(({ how }) => how === kind).length
  return [
    `${options.roundTripMs} ms`,
    options.images.length === 0 ? 'nothing but pings' : 'tasks, images',
    (outcome.seconds / 60).toFixed(1),
    String(outcome.connections),
    String(outcome.tasks),
    String(outcome.lost.length),
    String(outcome.twice.length),
    `${of('inline')}, ${of('chunks')}`,
    outcome.arrivals.length === 0
      ? '-'
      : Math.max(...outcome.arrivals.map(({ seconds }) => seconds)).toFixed(0),
    String(outcome.beats),
    outcome.beats < 2 ? '-' : `${(outcome.beatGapMs / 1000).toFixed(1)} s`,
    String(outcome.pings),
    `${outcome.segmentsLost} of ${outcome.segments}`,
  ]
}

const isGood = ({ options, outcome }: Row): boolean =>
  outcome.connections === 1 &&
  outcome.lost.length + outcome.twice.length + outcome.failed.length + outcome.disconnections.length === 0 &&
  (options.images.length === 0 || outcome.beatGapMs < BEAT_MS * 1.5)

const rates = ROUND_TRIPS.map(
  (ms) => `${(rateOf({ roundTripMs: Number(ms), loss: LOSS }) / 1000).toFixed(0)} kB/s at ${ms} ms`,
)
const NOTES = [
  'The way to the broker is a TCP proxy of the tests: half a round trip each way, 1 % of the segments lost and so delivered late, with',
  `all behind them, and no more a second than TCP carries at such a loss: ${rates.join(', ')}. Behind it nginx`,
  'ends mTLS (`proxy_timeout` of 10 min; of 45 s where there is nothing but pings), and mosquitto takes the plain connection. Default',
  'settings, but a packet size that a start with 10 MB fits in. A task a second; one image after another, by turns in a start and in',
  'chunks. The tasks behind an image wait for it: MQTT can not overtake. One connection means that it was never lost.',
]

const sectionOf = (rows: readonly Row[], command: string): string =>
  [
    '## Long links',
    '',
    ...NOTES,
    '',
    `\`${command}\`. Node.js ${process.versions.node}, ${cpus().length} cores; load of the machine ${loadavg()[0]?.toFixed(1) ?? ''}.`,
    '',
    ...table(HEADINGS, rows.map(cells)),
  ].join('\n')

const main = async (certs: Certs): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      rtt: { type: 'string', multiple: true, default: ROUND_TRIPS },
    },
  })
  const all = values.rtt.flatMap((ms) => runs(Number(ms), Number(values.minutes)))
  const rows = await Promise.all(
    all.map(async (options): Promise<Row> => {
      const row = { options, outcome: await runLink({ ...options, certs }) }
      console.log(cells(row).join(' | '))
      if (!isGood(row)) console.log(row.outcome)
      return row
    }),
  )
  const section = sectionOf(rows, `npm run links -- --minutes ${values.minutes}`)
  console.log(section)
  if (values.rtt.length === ROUND_TRIPS.length) writeSection(FILE, HEAD, 'links', section)
  return rows.every(isGood)
}

const certs = await makeCerts()
process.exitCode = (await main(certs).finally(() => certs.remove())) ? 0 : 1
