import type { Point } from '../../model/view.js'
import { html, setText, svg } from '../dom.js'
import { duration } from '../format.js'
import { BOTTOM, HEIGHT, TOP, xOf, type Frame } from './frame.js'
import type { PlotOptions } from './options.js'

type ReadingOptions = Pick<PlotOptions, 'series' | 'format' | 'note'>

const nearest = (points: readonly Point[], at: number): Point | undefined =>
  points.reduce<Point | undefined>(
    (best, each) => (best === undefined || Math.abs(each.at - at) < Math.abs(best.at - at) ? each : best),
    undefined,
  )

/** The values at the selected time, and a cursor if that is in the past. */
export class Reading {
  readonly #options: ReadingOptions
  readonly #values: readonly HTMLElement[]
  readonly legend: HTMLElement
  readonly when = html('span', { class: 'when' })
  readonly cursor = svg('line', { class: 'cursor', attributes: { display: 'none' } })

  constructor(options: ReadingOptions) {
    const items = options.series.map(({ label, tint }) => {
      const value = html('b')
      return { value, item: html('li', { class: tint }, document.createTextNode(`${label} `), value) }
    })
    this.#options = options
    this.#values = items.map(({ value }) => value)
    this.legend = html('ul', { class: 'legend' }, ...items.map(({ item }) => item))
  }

  /** @param readAt the selected time; undefined for the latest */
  draw(frame: Frame, readAt: number | undefined): void {
    const { points } = frame
    const point = readAt === undefined ? points.at(-1) : nearest(points, readAt)
    this.#drawValues(point)
    if (readAt !== undefined && point !== undefined) {
      setText(this.when, `${duration(frame.now - point.at)} ago`)
      this.#moveCursor(xOf(frame, point.at).toFixed(1))
      return
    }
    setText(this.when, point === undefined ? '' : (this.#options.note?.(point) ?? ''))
    this.cursor.setAttribute('display', 'none')
  }

  /** The values as text. */
  words(point: Point | undefined): string {
    return this.#options.series
      .map(({ label, value }) => {
        const found = point === undefined ? undefined : value(point)
        return `${label} ${found === undefined ? 'unknown' : this.#options.format(found)}`
      })
      .join(', ')
  }

  #drawValues(point: Point | undefined): void {
    this.#options.series.forEach(({ value }, index) => {
      const found = point === undefined ? undefined : value(point)
      const target = this.#values[index]
      if (target !== undefined) setText(target, found === undefined ? '–' : this.#options.format(found))
    })
  }

  #moveCursor(x: string): void {
    this.cursor.setAttribute('display', 'inline')
    for (const [name, at] of [
      ['x1', x],
      ['x2', x],
      ['y1', String(TOP)],
      ['y2', String(HEIGHT - BOTTOM)],
    ] as const)
      this.cursor.setAttribute(name, at)
  }
}
