import { setText, svg } from '../dom.js'
import { duration } from '../format.js'
import { HEIGHT, verticalScale, type Frame } from './frame.js'

/** The grid lines of a plot with their values, and the ends of its time axis. */
export class Axis {
  readonly #lines = [0, 1, 2].map(() => ({ rule: svg('line', { class: 'grid' }), label: svg('text', {}) }))
  readonly #from = svg('text', { attributes: { y: String(HEIGHT - 3) } })
  readonly #until = svg('text', {
    text: 'now',
    attributes: { y: String(HEIGHT - 3), 'text-anchor': 'end' },
  })
  readonly #format: (value: number) => string
  readonly rules: readonly SVGElement[] = this.#lines.flatMap(({ rule, label }) => [rule, label])
  readonly ends: readonly SVGElement[] = [this.#from, this.#until]

  constructor(format: (value: number) => string) {
    this.#format = format
  }

  draw({ width, windowMs }: Frame, max: number): void {
    const yOf = verticalScale(max)
    this.#lines.forEach(({ rule, label }, index) => {
      const value = (max * index) / (this.#lines.length - 1)
      const y = yOf(value)
      for (const name of ['y1', 'y2']) rule.setAttribute(name, y.toFixed(1))
      rule.setAttribute('x2', String(width))
      label.setAttribute('y', (y + (index === 0 ? -3 : 11)).toFixed(1))
      setText(label, index === 0 ? '' : this.#format(value))
    })
    setText(this.#from, `${duration(windowMs).replace(/ 0\ss$/, '')} ago`)
    this.#until.setAttribute('x', String(width))
  }
}
