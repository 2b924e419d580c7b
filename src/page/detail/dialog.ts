import type { Detail, DetailMessage, Row } from '../../model/view.js'
import { byId } from '../dom.js'
import type { Clock } from './facts.js'
import { Panel } from './panel.js'

/** The task that is shown. */
type Opened = {
  readonly key: number
  readonly source: EventSource
  readonly panel: Panel
  /** Undefined until the first message. */
  detail: Detail | undefined
}

/** The dialog of one task: its details and live output. */
export class DetailDialog {
  readonly #dialog = byId('detail', HTMLDialogElement)
  readonly #clock: () => Clock
  #opened: Opened | undefined

  constructor(clock: () => Clock) {
    this.#clock = clock
    this.#dialog.addEventListener('close', () => this.#leave())
    this.#dialog.addEventListener('click', (event) => {
      // A click on the backdrop.
      if (event.target === this.#dialog) this.#dialog.close()
    })
  }

  open(key: number): void {
    this.#leave()
    const panel = new Panel(() => this.#dialog.close())
    this.#dialog.replaceChildren(...panel.elements)
    const source = new EventSource(`/ui/task?key=${key}`)
    const opened: Opened = { key, source, panel, detail: undefined }
    this.#opened = opened
    let isFirst = true
    source.onmessage = (event: MessageEvent<string>) => {
      const message = JSON.parse(event.data) as DetailMessage
      this.#take(opened, message)
      if (isFirst && !this.#dialog.open) this.#dialog.showModal()
      isFirst = false
      if (message.isLast) source.close()
    }
    // The browser would reconnect and receive all output again.
    source.onerror = () => source.close()
  }

  /** @param rowOf the current row; undefined once it is no longer shown */
  draw(rowOf: (key: number) => Row | undefined): void {
    if (this.#opened?.detail === undefined) return
    const { key, panel, detail } = this.#opened
    panel.draw(detail, rowOf(key) ?? detail.row, this.#clock())
  }

  #take(opened: Opened, message: DetailMessage): void {
    const { detail } = message
    if (detail !== undefined) {
      opened.detail = detail
      opened.panel.draw(detail, detail.row, this.#clock())
    }
    opened.panel.add(message)
  }

  #leave(): void {
    this.#opened?.source.close()
    this.#opened = undefined
  }
}
