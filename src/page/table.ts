import type { Row } from '../model/view.js'
import { byId, html, setText } from './dom.js'
import { bytes, duration, elapsed, oneLine, percent } from './format.js'
import { isEnded, select, type Filter, type State } from './state.js'

export type TableDeps = {
  readonly onOpen: (key: number) => void
  readonly onStop: (row: Row) => void
}

export type Table = {
  readonly draw: (state: State, stopping: ReadonlySet<number>, now: number) => void
}

const SOURCES: Readonly<Record<Row['kind'], string>> = {
  task: '',
  daemon: 'daemon',
  latent: 'latent',
  invocation: 'invocation',
}

export const PHASES: Readonly<Record<Row['phase'], string>> = {
  fetching: 'fetching',
  waiting: 'waiting',
  starting: 'starting',
  running: 'running',
  serving: 'serving',
  ready: 'ready',
  completed: 'completed',
  failed: 'failed',
  stopped: 'stopped',
  replaced: 'replaced',
}

/** The name of the phase, with its progress. */
export const phaseText = ({ phase, progress }: Row): string =>
  phase === 'fetching' && progress !== undefined
    ? `fetching ${Math.round((progress.received / Math.max(1, progress.total)) * 100)}\u202f%`
    : PHASES[phase]

/** The time from the command to the end, or until now. */
export const timeText = (row: Row, now: number): string =>
  isEnded(row) ? duration(row.since - row.at) : elapsed(now - row.at)

type Line = {
  readonly element: HTMLTableRowElement
  readonly draw: (row: Row, isStopping: boolean, canStop: boolean, now: number) => void
}

const createLine = (key: number, { onOpen, onStop }: TableDeps): Line => {
  const badge = html('span', { class: 'badge' })
  const open = html('button', { class: 'open', attributes: { type: 'button' } })
  const sub = html('span', { class: 'sub' })
  const time = html('td', { class: 'number' })
  const cpu = html('td', { class: 'number' })
  const memory = html('td', { class: 'number' })
  const result = html('td', { class: 'result' })
  const stopCell = html('td', { class: 'stop' })
  const stop = html('button', { class: 'danger', text: 'Stop', attributes: { type: 'button' } })
  const element = html(
    'tr',
    { class: 'task', attributes: { 'data-key': String(key) } },
    html('td', {}, badge),
    html('td', {}, open, sub),
    time,
    cpu,
    memory,
    result,
    stopCell,
  )
  let shown: Row | undefined
  open.addEventListener('click', () => onOpen(key))
  stop.addEventListener('click', () => {
    if (shown !== undefined) onStop(shown)
  })
  return {
    element,
    draw: (row, isStopping, canStop, now) => {
      const isLive = !isEnded(row)
      setText(time, timeText(row, now))
      const wantsStop = canStop && isLive && row.kind !== 'invocation'
      if (wantsStop !== stop.isConnected) stopCell.replaceChildren(...(wantsStop ? [stop] : []))
      if (stop.disabled !== isStopping) stop.disabled = isStopping
      const phase = isStopping && isLive ? 'stopping' : row.phase
      setText(badge, phase === 'stopping' ? 'stopping' : phaseText(row))
      badge.dataset['phase'] = phase
      if (shown === row) return
      shown = row
      element.dataset['phase'] = row.phase
      const id = oneLine(row.id)
      setText(open, id)
      open.title = id
      stop.setAttribute('aria-label', `Stop ${id}`)
      const kind = row.invocation === undefined ? SOURCES[row.kind] : `invocation ${oneLine(row.invocation)}`
      setText(sub, [oneLine(row.name), kind].filter((part) => part !== '').join(' · '))
      setText(cpu, row.cpu === undefined ? '' : percent(row.cpu))
      setText(memory, row.memory === undefined ? '' : bytes(row.memory))
      const text = oneLine(row.result ?? '')
      setText(result, text)
      result.title = text
    },
  }
}

/** The task list with active tasks above ended ones; reuses the elements of remaining rows. */
export const createTable = (deps: TableDeps): Table => {
  const bodies = {
    live: byId('live', HTMLTableSectionElement),
    ended: byId('ended', HTMLTableSectionElement),
  }
  const heads = {
    live: byId('live-head', HTMLTableSectionElement),
    ended: byId('ended-head', HTMLTableSectionElement),
  }
  const whole = bodies.live.parentElement
  const empty = byId('empty', HTMLElement)
  const more = byId('more', HTMLElement)
  const search = byId('search', HTMLInputElement)
  const filters = [...document.querySelectorAll<HTMLButtonElement>('[data-filter]')]
  const lines = new Map<number, Line>()
  let filter: Filter = 'all'
  let last: Parameters<Table['draw']> | undefined

  const fill = (body: HTMLElement, rows: readonly Row[], draw: (row: Row) => Line) => {
    rows.forEach((row, index) => {
      const { element } = draw(row)
      const there = body.children[index]
      if (there !== element) body.insertBefore(element, there ?? null)
    })
    while (body.children.length > rows.length) body.lastElementChild?.remove()
  }

  const draw: Table['draw'] = (state, stopping, now) => {
    last = [state, stopping, now]
    for (const key of lines.keys()) if (!state.rows.has(key)) lines.delete(key)
    const drawn = (row: Row) => {
      const line = lines.get(row.key) ?? createLine(row.key, deps)
      lines.set(row.key, line)
      line.draw(row, stopping.has(row.key), state.facts.actions, now)
      return line
    }
    const { live, ended } = select(state.rows.values(), filter, search.value)
    fill(bodies.live, live, drawn)
    fill(bodies.ended, ended, drawn)
    heads.live.hidden = live.length === 0
    heads.ended.hidden = ended.length === 0
    const isEmpty = live.length + ended.length === 0
    empty.hidden = !isEmpty
    if (whole !== null) whole.hidden = isEmpty
    setText(
      empty,
      state.rows.size === 0
        ? 'No tasks yet. They appear here as soon as the Manager starts one.'
        : 'No task matches.',
    )
    const under = [...state.rows.values()].filter((row) => !isEnded(row) && row.phase !== 'ready').length
    const hidden = state.totals.running + state.totals.waiting - under
    more.hidden = hidden <= 0
    setText(more, `${hidden} more are active.`)
  }

  const again = () => {
    if (last !== undefined) draw(...last)
  }
  search.addEventListener('input', again)
  for (const button of filters)
    button.addEventListener('click', () => {
      filter = button.dataset['filter'] as Filter
      for (const each of filters) each.setAttribute('aria-pressed', String(each === button))
      again()
    })
  return { draw }
}
