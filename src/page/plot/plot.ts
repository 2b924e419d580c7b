import type { Point } from '../../model/view.js'
import { html, svg } from '../dom.js'
import { roundUp } from '../scale.js'
import { Axis } from './axis.js'
import { HEIGHT, LEAST_WIDTH, type Frame } from './frame.js'
import type { PlotOptions } from './options.js'
import { Reading } from './reading.js'
import { Shapes } from './shapes.js'
import { largestOf, stack } from './stack.js'

/** The minimum time range, in milliseconds. */
const LEAST_WINDOW_MS = 60_000

/** A plot of the last minutes as SVG. The pointer or the arrow keys select earlier values. */
export class Plot {
  readonly element: HTMLElement
  readonly #options: PlotOptions
  readonly #axis: Axis
  readonly #shapes: Shapes
  readonly #reading: Reading
  readonly #drawing: SVGSVGElement
  #frame: Frame = { points: [], now: 0, windowMs: 1, width: LEAST_WIDTH }
  /** The selected time; undefined for the latest. */
  #readAt: number | undefined

  constructor(options: PlotOptions) {
    this.#options = options
    this.#axis = new Axis(options.format)
    this.#shapes = new Shapes(options.series)
    this.#reading = new Reading(options)
    this.#drawing = svg(
      'svg',
      { attributes: { role: 'img', tabindex: '0', height: String(HEIGHT) } },
      ...this.#axis.rules,
      ...this.#shapes.elements,
      this.#reading.cursor,
      ...this.#axis.ends,
    )
    this.element = html(
      'section',
      { class: 'plot' },
      html('div', { class: 'head' }, html('h3', { text: options.title }), this.#reading.when),
      this.#drawing,
      this.#reading.legend,
    )
    this.#listen()
  }

  /** @param mostMs the maximum time range */
  draw(points: readonly Point[], now: number, mostMs: number): void {
    const windowMs = Math.min(mostMs, Math.max(LEAST_WINDOW_MS, now - (points[0]?.at ?? now)))
    this.#frame = { ...this.#frame, points, now, windowMs }
    this.#render()
  }

  #render(): void {
    const { points, width } = this.#frame
    const { title, series, least, most } = this.#options
    const levels = stack(points, series)
    const max = Math.min(roundUp(largestOf(levels, least)), most ?? Infinity)
    this.#drawing.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`)
    this.#axis.draw(this.#frame, max)
    this.#shapes.draw(this.#frame, levels, max)
    this.#reading.draw(this.#frame, this.#readAt)
    const said = this.#reading.words(points.at(-1))
    this.#drawing.setAttribute('aria-label', `${title} over the last minutes; now: ${said}`)
  }

  #look(at: number | undefined): void {
    this.#readAt = at
    this.#reading.draw(this.#frame, at)
  }

  #listen(): void {
    const onPointer = ({ clientX }: PointerEvent) => {
      const { left, width } = this.#drawing.getBoundingClientRect()
      const { now, windowMs } = this.#frame
      this.#look(now - (1 - (clientX - left) / width) * windowMs)
    }
    this.#drawing.addEventListener('pointermove', onPointer)
    this.#drawing.addEventListener('pointerdown', onPointer)
    this.#drawing.addEventListener('pointerleave', () => this.#look(undefined))
    this.#drawing.addEventListener('blur', () => this.#look(undefined))
    this.#drawing.addEventListener('keydown', (event) => this.#onKey(event))
    new ResizeObserver(([entry]) => {
      const width = Math.max(LEAST_WIDTH, Math.round(entry?.contentRect.width ?? 0))
      this.#frame = { ...this.#frame, width }
      this.#render()
    }).observe(this.#drawing)
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -5000, ArrowRight: 5000 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const { now, windowMs } = this.#frame
    const next = (this.#readAt ?? now) + step
    this.#look(next >= now ? undefined : Math.max(now - windowMs, next))
  }
}
