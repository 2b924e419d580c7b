import type { Detail, DetailMessage, LatencyPhase, Row, Spans } from '../model/view.js'
import { byId, html, setText } from './dom.js'
import { bytes, count, duration, percent, visible, oneLine } from './format.js'
import { PHASE_NAMES } from './latency.js'
import { createOutput } from './output.js'
import { isEnded } from './state.js'
import { phaseText, timeText } from './table.js'

/** Where the clocks of the daemon are: its own, and that of its host. */
type Clock = { readonly now: number; readonly time: number }

export type DetailDialog = {
  readonly open: (key: number) => void
  /** The current row; undefined once it is no longer shown. */
  readonly draw: (row: (key: number) => Row | undefined) => void
}

const SPANS: readonly Exclude<LatencyPhase, 'total'>[] = ['fetch', 'queue', 'start', 'run', 'publish']

const phasesOf = (spans: Spans): readonly (readonly [keyof Spans, number])[] =>
  SPANS.flatMap((phase) => {
    const ms = spans[phase]
    return ms === undefined ? [] : [[phase, ms] as const]
  })

/** How the time of a task was spent. */
const timeline = (spans: Spans): HTMLElement => {
  const phases = phasesOf(spans)
  const bar = html('div', { class: 'phases', attributes: { 'aria-hidden': 'true' } })
  for (const [phase, ms] of phases) {
    const part = html('span', { class: `span-${phase}` })
    part.style.flexGrow = String(Math.max(ms, 0.001))
    bar.append(part)
  }
  const legend = phases.map(([phase, ms]) =>
    html(
      'li',
      { class: `span-${phase}` },
      document.createTextNode(`${PHASE_NAMES[phase]} `),
      html('b', { text: duration(ms) }),
    ),
  )
  return html('section', {}, html('h3', { text: 'Phases' }), bar, html('ul', { class: 'legend' }, ...legend))
}

const factsOf = (
  detail: Detail,
  row: Row,
  now: number,
  time: number,
): readonly (readonly [string, string])[] => {
  const began = new Date(time - (now - row.at))
  const size = detail.size === undefined ? '' : ` · ${bytes(detail.size)}`
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['Export', row.name === '' ? undefined : oneLine(row.name)],
    ['Kind', row.invocation === undefined ? row.kind : `invocation ${oneLine(row.invocation)}`],
    ['Binary', detail.image === undefined ? `in the command${size}` : `${oneLine(detail.image)}${size}`],
    ['Digest', detail.digest],
    ['Serves at', detail.address],
    ['Came', began.toLocaleString()],
    ['Time', timeText(row, now)],
    ['CPU', row.cpu === undefined ? undefined : `${percent(row.cpu)} of a core`],
    ['Memory', row.memory === undefined ? undefined : bytes(row.memory)],
    ['Wrote', detail.outputBytes === 0 ? undefined : bytes(detail.outputBytes)],
  ]
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** Draws what differs from what was drawn last. */
const onChange = <T>(drawIt: (value: T) => void): ((value: T) => void) => {
  let last: string | undefined
  return (value) => {
    const text = JSON.stringify(value)
    if (text !== last) drawIt(value)
    last = text
  }
}

/** The panel of one task: its details and live output. */
export const createDetailDialog = (clock: () => Clock): DetailDialog => {
  const dialog = byId('detail', HTMLDialogElement)
  let source: EventSource | undefined
  let key: number | undefined
  let detail: Detail | undefined
  let redraw: ((row: Row) => void) | undefined

  const leave = () => {
    source?.close()
    source = undefined
    key = undefined
    detail = undefined
    redraw = undefined
  }
  const close = () => dialog.close()
  dialog.addEventListener('close', leave)
  dialog.addEventListener('click', (event) => {
    // Beside it, on the backdrop.
    if (event.target === dialog) close()
  })

  const build = () => {
    const title = html('h2', { attributes: { id: 'detail-title' } })
    const badge = html('span', { class: 'badge' })
    const closing = html('button', { text: 'Close', attributes: { type: 'button' } })
    closing.addEventListener('click', close)
    const known = html('dl', { class: 'known' })
    const phases = html('div')
    const resultTitle = html('h3')
    const result = html('pre', { attributes: { tabindex: '0' } })
    const cutNote = html('p', { class: 'muted hint' })
    const resultSection = html('section', {}, resultTitle, result, cutNote)
    const warnings = html('section')
    const output = createOutput()
    dialog.replaceChildren(
      html('header', {}, html('div', {}, title, badge), closing),
      html('div', { class: 'body' }, known, phases, resultSection, warnings, output.element),
    )
    const drawFacts = onChange((facts: readonly (readonly [string, string])[]) =>
      known.replaceChildren(
        ...facts.flatMap(([name, value]) => [html('dt', { text: name }), html('dd', { text: value })]),
      ),
    )
    const drawPhases = onChange((spans: Spans) =>
      phases.replaceChildren(...(phasesOf(spans).length === 0 ? [] : [timeline(spans)])),
    )
    const drawWarnings = onChange((texts: readonly string[]) => {
      warnings.hidden = texts.length === 0
      warnings.replaceChildren(
        html('h3', { text: 'Warnings' }),
        ...texts.map((warning) => html('p', { text: oneLine(warning) })),
      )
    })
    redraw = (row) => {
      if (detail === undefined) return
      const { now, time } = clock()
      setText(title, oneLine(row.id))
      setText(badge, phaseText(row))
      badge.dataset['phase'] = row.phase
      const facts = factsOf(detail, row, now, time)
      drawFacts(facts)
      drawPhases(row.spans)
      const text = detail.result ?? ''
      resultSection.hidden = text === ''
      setText(
        resultTitle,
        row.phase === 'failed' ? `Error${row.code === undefined ? '' : ` (${row.code})`}` : 'Result',
      )
      setText(result, visible(text))
      cutNote.hidden = detail.resultCut === 0
      setText(cutNote, `${count(detail.resultCut)} more characters went to the Manager.`)
      drawWarnings(detail.warnings)
      output.element.hidden = detail.outputBytes === 0 && isEnded(row)
    }
    return output
  }

  return {
    open: (wanted) => {
      leave()
      key = wanted
      const output = build()
      const opened = new EventSource(`/ui/task?key=${wanted}`)
      source = opened
      let isFirst = true
      opened.onmessage = (event: MessageEvent<string>) => {
        const message = JSON.parse(event.data) as DetailMessage
        if (message.detail !== undefined) {
          const { row } = message.detail
          detail = message.detail
          redraw?.(row)
        }
        output.add(message)
        if (isFirst && !dialog.open) dialog.showModal()
        isFirst = false
        if (message.isLast) opened.close()
      }
      // The browser would begin again, with all output a second time.
      opened.onerror = () => opened.close()
    },
    draw: (rowOf) => {
      if (key === undefined || detail === undefined) return
      redraw?.(rowOf(key) ?? detail.row)
    },
  }
}
