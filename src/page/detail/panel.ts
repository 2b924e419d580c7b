import type { Detail, DetailMessage, Row, Spans } from '../../model/view.js'
import { html, setText } from '../dom.js'
import { count, oneLine, visible } from '../format.js'
import { createOutput } from '../output.js'
import { isEnded } from '../state.js'
import { phaseText } from '../table.js'
import { factsOf, type Clock, type Facts } from './facts.js'
import { phasesOf, timeline } from './phases.js'

/** Draws what has changed since the last call. */
const onChange = <T>(drawIt: (value: T) => void): ((value: T) => void) => {
  let last: string | undefined
  return (value) => {
    const text = JSON.stringify(value)
    if (text !== last) drawIt(value)
    last = text
  }
}

/** The details of one task: facts, phases, result, warnings and live output. */
export class Panel {
  readonly #title = html('h2', { attributes: { id: 'detail-title' } })
  readonly #badge = html('span', { class: 'badge' })
  readonly #known = html('dl', { class: 'known' })
  readonly #phases = html('div')
  readonly #resultTitle = html('h3')
  readonly #result = html('pre', { attributes: { tabindex: '0' } })
  readonly #cutNote = html('p', { class: 'muted hint' })
  readonly #resultSection = html('section', {}, this.#resultTitle, this.#result, this.#cutNote)
  readonly #warnings = html('section')
  readonly #output = createOutput()
  readonly elements: readonly HTMLElement[]

  constructor(onClose: () => void) {
    const closing = html('button', { text: 'Close', attributes: { type: 'button' } })
    closing.addEventListener('click', onClose)
    this.elements = [
      html('header', {}, html('div', {}, this.#title, this.#badge), closing),
      html(
        'div',
        { class: 'body' },
        this.#known,
        this.#phases,
        this.#resultSection,
        this.#warnings,
        this.#output.element,
      ),
    ]
  }

  add(message: DetailMessage): void {
    this.#output.add(message)
  }

  draw(detail: Detail, row: Row, clock: Clock): void {
    setText(this.#title, oneLine(row.id))
    setText(this.#badge, phaseText(row))
    this.#badge.dataset['phase'] = row.phase
    this.#drawFacts(factsOf(detail, row, clock))
    this.#drawPhases(row.spans)
    this.#drawResult(detail, row)
    this.#drawWarnings(detail.warnings)
    this.#output.element.hidden = detail.outputBytes === 0 && isEnded(row)
  }

  readonly #drawFacts = onChange((facts: Facts) =>
    this.#known.replaceChildren(
      ...facts.flatMap(([name, value]) => [html('dt', { text: name }), html('dd', { text: value })]),
    ),
  )

  readonly #drawPhases = onChange((spans: Spans) =>
    this.#phases.replaceChildren(...(phasesOf(spans).length === 0 ? [] : [timeline(spans)])),
  )

  readonly #drawWarnings = onChange((texts: readonly string[]) => {
    this.#warnings.hidden = texts.length === 0
    this.#warnings.replaceChildren(
      html('h3', { text: 'Warnings' }),
      ...texts.map((warning) => html('p', { text: oneLine(warning) })),
    )
  })

  #drawResult({ result, resultCut }: Detail, { phase, code }: Row): void {
    const text = result ?? ''
    this.#resultSection.hidden = text === ''
    setText(
      this.#resultTitle,
      phase === 'failed' ? `Error${code === undefined ? '' : ` (${code})`}` : 'Result',
    )
    setText(this.#result, visible(text))
    this.#cutNote.hidden = resultCut === 0
    setText(this.#cutNote, `${count(resultCut)} more characters were sent to the Manager.`)
  }
}
