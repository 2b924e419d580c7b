import type { Row, Update } from '../model/view.js'
import { byId } from './dom.js'
import { DetailDialog } from './detail/dialog.js'
import { follow } from './feed.js'
import { bytes, count, oneLine, percent } from './format.js'
import { createHead, createNumbers } from './head.js'
import { createLatencyCard } from './latency.js'
import type { PlotOptions } from './plot/options.js'
import { Plot } from './plot/plot.js'
import { apply, isEnded, type State } from './state.js'
import { createStopDialog } from './stop.js'
import { createTable } from './table.js'

const MEGABYTE = 1_000_000

const cpu = (cores: () => number): PlotOptions => ({
  title: 'CPU',
  series: [
    {
      label: 'tasks',
      tint: 'of-tasks',
      value: ({ tasksCpu }) => tasksCpu && tasksCpu / cores(),
      isStacked: true,
    },
    { label: 'proplet', tint: 'own', value: (point) => point.cpu / cores(), isStacked: true },
    { label: 'host', tint: 'of-host', value: ({ hostCpu }) => hostCpu, isStacked: false },
  ],
  format: percent,
  least: 5,
  most: 100,
  note: () => `of ${cores()} core${cores() === 1 ? '' : 's'}`,
})

const memory: PlotOptions = {
  title: 'Memory',
  series: [
    { label: 'tasks', tint: 'of-tasks', value: ({ tasksMemory }) => tasksMemory, isStacked: true },
    { label: 'proplet', tint: 'own', value: (point) => point.memory, isStacked: true },
  ],
  format: bytes,
  least: 50 * MEGABYTE,
  note: ({ hostMemory, hostMemoryTotal }) => `host ${bytes(hostMemory)} of ${bytes(hostMemoryTotal)}`,
}

const load: PlotOptions = {
  title: 'Tasks',
  series: [
    { label: 'running', tint: 'of-tasks', value: ({ running }) => running, isStacked: true },
    { label: 'waiting', tint: 'of-queue', value: ({ waiting }) => waiting, isStacked: true },
  ],
  format: (value) => (Number.isInteger(value) ? count(value) : ''),
  least: 2,
}

let state: State | undefined
/** The page's clock at the last message, to extrapolate the daemon's clock. */
let heardAt = 0
const stopping = new Set<number>()

const head = createHead()
const drawNumbers = createNumbers()
const plots = [new Plot(cpu(() => state?.facts.cores ?? 1)), new Plot(memory), new Plot(load)]
const latency = createLatencyCard()
byId('plots', HTMLElement).append(...plots.map(({ element }) => element), latency.element)
const clock = () => {
  const since = performance.now() - heardAt
  return { now: (state?.now ?? 0) + since, time: (state?.time ?? 0) + since }
}

const detail = new DetailDialog(clock)
const askToStop = createStopDialog({
  onStopping: (key) => {
    stopping.add(key)
    draw()
  },
})
const table = createTable({ onOpen: (key) => detail.open(key), onStop: (row: Row) => askToStop(row) })

const draw = () => {
  if (state === undefined) return
  const { now } = clock()
  const { rows } = state
  for (const key of stopping) {
    const row = rows.get(key)
    if (row === undefined || isEnded(row)) stopping.delete(key)
  }
  drawNumbers(state.totals, state.facts, now)
  table.draw(state, stopping, now)
  detail.draw((key) => rows.get(key))
}

const announce = (before: State | undefined, after: State) => {
  if (before !== undefined && before.link.state !== after.link.state)
    head.say(after.link.state === 'up' ? 'The broker is connected' : 'The broker is not connected')
  const ended = [...after.rows.values()].find(
    (row) => row.phase === 'failed' && before?.rows.get(row.key)?.phase !== 'failed',
  )
  if (before !== undefined && ended !== undefined) head.say(`Task ${oneLine(ended.id)} failed`)
}

const take = (update: Update) => {
  const before = state
  const after = apply(before, update)
  if (after === undefined) return
  // The daemon was replaced by one with another version of the page.
  if (before !== undefined && before.facts.assets !== after.facts.assets) window.location.reload()
  if (update.type === 'snapshot') {
    stopping.clear()
    head.drawFacts(after.facts)
  }
  state = after
  heardAt = performance.now()
  head.drawLink(after.link, after.facts.broker, after.now)
  for (const plot of plots) plot.draw(after.points, after.now, after.windowMs)
  if (after.latency !== before?.latency) latency.draw(after.latency)
  announce(before, after)
  draw()
}

/** Milliseconds: durations of active tasks grow between messages. */
const CLOCK_MS = 1000
window.setInterval(draw, CLOCK_MS)
follow({ onUpdate: take, onState: (feed) => head.drawFeed(feed) })
