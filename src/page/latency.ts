import type { Latency, LatencyPhase } from '../model/view.js'
import { html, svg } from './dom.js'
import { count, duration } from './format.js'
import { onLog } from './scale.js'

export const PHASE_NAMES: Readonly<Record<LatencyPhase, string>> = {
  fetch: 'Fetch',
  queue: 'Queue',
  start: 'Start',
  run: 'Run',
  publish: 'Publish',
  total: 'Total',
}

const WIDTH = 84
const HEIGHT = 14
const EDGE = 4
/** The ends of the axis, in milliseconds. */
const LEAST_MS = 0.01

const strip = ({ p50, p95, max }: Latency, longest: number): SVGSVGElement => {
  const x = (ms: number) => (EDGE + onLog(ms, LEAST_MS, longest) * (WIDTH - 2 * EDGE)).toFixed(1)
  const y = String(HEIGHT / 2)
  const line = (name: string, from: string, to: string, top = y, bottom = y) =>
    svg('line', { class: name, attributes: { x1: from, x2: to, y1: top, y2: bottom } })
  return svg(
    'svg',
    { attributes: { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' } },
    line('strip-base', String(EDGE), String(WIDTH - EDGE)),
    line('strip-range', x(p50), x(p95)),
    line('strip-max', x(max), x(max), '3', String(HEIGHT - 3)),
    svg('circle', { class: 'strip-median', attributes: { cx: x(p50), cy: y, r: '3.6' } }),
  )
}

export type LatencyCard = {
  readonly element: HTMLElement
  readonly draw: (latency: readonly Latency[]) => void
}

/** The time that recent tasks spent in each phase: median and 95th percentile. */
export const createLatencyCard = (): LatencyCard => {
  const body = html('tbody')
  const note = html('span', { class: 'when' })
  const element = html(
    'section',
    { class: 'plot' },
    html('div', { class: 'head' }, html('h3', { text: 'Latency of the phases' }), note),
    html(
      'table',
      { class: 'strips' },
      html(
        'thead',
        {},
        html(
          'tr',
          {},
          html('th', { attributes: { scope: 'col' } }, html('span', { class: 'hidden', text: 'Phase' })),
          html(
            'th',
            { attributes: { scope: 'col' } },
            html('span', { class: 'hidden', text: 'On a logarithmic scale' }),
          ),
          html('th', { text: 'median', attributes: { scope: 'col' } }),
          html('th', { text: '95 %', attributes: { scope: 'col' } }),
        ),
      ),
      body,
    ),
  )
  return {
    element,
    draw: (latency) => {
      const longest = Math.max(1, ...latency.map(({ max }) => max))
      const total = latency.find(({ phase }) => phase === 'total')
      note.textContent = total === undefined ? 'no task has ended yet' : `${count(total.count)} tasks`
      body.replaceChildren(
        ...latency.map((each) =>
          html(
            'tr',
            { attributes: { title: `${count(each.count)} measured, at most ${duration(each.max)}` } },
            html('th', { text: PHASE_NAMES[each.phase], attributes: { scope: 'row' } }),
            html('td', { class: 'strip' }, strip(each, longest)),
            html('td', { text: duration(each.p50) }),
            html('td', { text: duration(each.p95) }),
          ),
        ),
      )
    },
  }
}
