import type { LatencyPhase, Spans } from '../../model/view.js'
import { html } from '../dom.js'
import { duration } from '../format.js'
import { PHASE_NAMES } from '../latency.js'

const SPANS: readonly Exclude<LatencyPhase, 'total'>[] = ['fetch', 'queue', 'start', 'run', 'publish']

export const phasesOf = (spans: Spans): readonly (readonly [keyof Spans, number])[] =>
  SPANS.flatMap((phase) => {
    const ms = spans[phase]
    return ms === undefined ? [] : [[phase, ms] as const]
  })

/** How a task spent its time. */
export const timeline = (spans: Spans): HTMLElement => {
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
