import { percentOf } from '../client/fetched.js'
import { safeLine } from '../client/safe.js'
import type { Style } from '../client/style.js'
import { bytesText, timeText } from '../client/units.js'
import type { FetchRow, PropletRow, TaskRow, WatchView } from './rows.js'
import { tableLines, type Cell } from './table.js'
import { fitted } from './width.js'

export type Size = { readonly columns: number; readonly rows: number }

export type Page = { readonly title: string; readonly style: Style; readonly size: Size }

const NOTHING = '-'
/** Maximum number of fetches shown at once. */
const MOST_FETCHES = 4

const percent = (value: number | undefined): string =>
  value === undefined ? NOTHING : `${value.toFixed(0)} %`
const bytes = (value: number | undefined): string => (value === undefined ? NOTHING : bytesText(value))
const plain = (text: string): Cell => ({ text: text === '' ? NOTHING : safeLine(text) })

const head = (names: readonly string[], style: Style): readonly Cell[] =>
  names.map((text) => ({ text, paint: style.dim }))

const propletCells = (row: PropletRow, view: WatchView, style: Style): readonly Cell[] => {
  const paint = { alive: style.green, silent: style.yellow, offline: style.red }[row.state]
  const running = view.tasks.filter((task) => task.propletId === row.id && task.endedAt === undefined)
  return [
    plain(row.id),
    { text: row.state, paint },
    { text: row.beatAt === undefined ? NOTHING : `${timeText(view.at - row.beatAt)} ago` },
    { text: String(row.beats) },
    { text: percent(row.cpuPercent) },
    { text: bytes(row.memoryBytes) },
    { text: String(running.length) },
    plain(row.software),
  ]
}

const taskCells = (row: TaskRow, view: WatchView, style: Style): readonly Cell[] => {
  const paints: Partial<Record<TaskRow['phase'], Style['red']>> = {
    completed: style.green,
    failed: style.red,
    stopping: style.yellow,
    stopped: style.yellow,
    running: style.cyan,
  }
  const paint = paints[row.phase]
  return [
    plain(row.id),
    plain(row.propletId),
    plain(row.name),
    { text: row.phase, ...(paint && { paint }) },
    { text: timeText((row.endedAt ?? view.at) - row.since) },
    { text: percent(row.cpuPercent) },
    { text: bytes(row.memoryBytes) },
    { text: row.calls === 0 ? NOTHING : String(row.calls) },
    { text: safeLine(row.text) },
  ]
}

const BAR = 20

const fetchCells = ({ image, fetched }: FetchRow): readonly Cell[] => {
  const done = Math.round((percentOf(fetched) / 100) * BAR)
  const text =
    fetched.total === 0
      ? 'requested'
      : `${fetched.chunks} of ${fetched.total} chunks, ${bytesText(fetched.bytes)}`
  return [plain(image), { text: `[${'#'.repeat(done)}${'.'.repeat(BAR - done)}]` }, { text }]
}

/** A table with its heading, in at most `room` lines; the last line counts hidden rows. */
const section = (
  heads: readonly Cell[],
  rows: readonly (readonly Cell[])[],
  most: readonly number[],
  { room, columns, style }: { readonly room: number; readonly columns: number; readonly style: Style },
): readonly string[] => {
  if (room < 2) return []
  const fits = rows.length < room ? rows : rows.slice(0, Math.max(0, room - 2))
  const lines = tableLines([heads, ...fits], most, columns)
  const hidden = rows.length - fits.length
  return hidden === 0 ? lines : [...lines, style.dim(fitted(`… and ${hidden} more`, columns))]
}

const linkText = ({ connection }: WatchView, style: Style): Cell => {
  if (connection === undefined) return { text: 'connecting' }
  return connection.state === 'up'
    ? { text: 'linked', paint: style.green }
    : { text: `not connected: ${safeLine(connection.reason)}`, paint: style.red }
}

/** The view as lines that fit the terminal. */
export const render = (view: WatchView, { title, style, size }: Page): readonly string[] => {
  const { columns, rows } = size
  const [top = ''] = tableLines([[{ text: title, paint: style.bold }, linkText(view, style)]], [60], columns)
  const foot = ['q quits', ...(view.dropped > 0 ? [`${view.dropped} rows replaced by newer ones`] : [])].join(
    '; ',
  )
  const fetches = section(head(['FETCH', '', ''], style), view.fetches.map(fetchCells), [50, BAR + 2], {
    room: view.fetches.length === 0 ? 0 : MOST_FETCHES + 1,
    columns,
    style,
  })
  const share = (part: number, most: number): number =>
    Math.min(most, Math.max(8, Math.floor(columns / part)))
  // of the lines: one above, three between and one below
  const room = rows - 5 - fetches.length
  const wanted = Math.max(2, view.proplets.length + 1)
  const proplets = section(
    head(['PROPLET', 'STATE', 'HEARTBEAT', 'BEATS', 'CPU', 'MEMORY', 'TASKS', 'RUNTIME'], style),
    view.proplets.map((row) => propletCells(row, view, style)),
    [share(4, 36), 8, 12, 8, 8, 10, 6],
    { room: Math.min(wanted, Math.max(3, Math.floor(room / 2))), columns, style },
  )
  const tasks = section(
    head(['TASK', 'PROPLET', 'EXPORT', 'PHASE', 'TIME', 'CPU', 'MEMORY', 'CALLS', 'RESULT'], style),
    view.tasks.map((row) => taskCells(row, view, style)),
    [share(4, 36), share(6, 24), share(8, 20), 10, 10, 8, 10, 6],
    { room: room - proplets.length, columns, style },
  )
  const parts = [[top], proplets, tasks, ...(fetches.length === 0 ? [] : [fetches])]
  const body = parts.flatMap((part) => [...part, '']).slice(0, Math.max(0, rows - 1))
  return [...body, style.dim(fitted(foot, columns))].slice(0, rows)
}
