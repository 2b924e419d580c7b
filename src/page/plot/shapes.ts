import { svg } from '../dom.js'
import { areaPath, linePath } from '../scale.js'
import { verticalScale, xOf, type Frame } from './frame.js'
import type { Series } from './options.js'
import type { Level } from './stack.js'

/** Points with a larger distance are not connected; milliseconds. */
const MAX_GAP_MS = 15_000

/** The line of each series, and the area below stacked ones. */
export class Shapes {
  readonly #shapes: readonly { readonly area: SVGPathElement; readonly line: SVGPathElement }[]
  readonly elements: readonly SVGElement[]

  constructor(series: readonly Series[]) {
    this.#shapes = series.map(({ tint, isStacked }) => ({
      area: svg('path', { class: `area ${tint}`, attributes: isStacked ? {} : { display: 'none' } }),
      line: svg('path', { class: `line ${tint}` }),
    }))
    // The first series is on top, because a series that is 0 has the same line as the one below it.
    this.elements = [...this.#shapes].reverse().flatMap(({ area, line }) => [area, line])
  }

  draw(frame: Frame, levels: readonly (readonly Level[])[], max: number): void {
    const yOf = verticalScale(max)
    const gap = (MAX_GAP_MS / frame.windowMs) * frame.width
    this.#shapes.forEach(({ area, line }, index) => {
      const edges = frame.points.map(({ at }, i) => {
        const { top, bottom } = levels[i]?.[index] ?? { top: undefined, bottom: 0 }
        return { x: xOf(frame, at), top: top === undefined ? undefined : yOf(top), bottom: yOf(bottom) }
      })
      line.setAttribute(
        'd',
        linePath(
          edges.map(({ x, top }) => ({ x, y: top })),
          gap,
        ),
      )
      area.setAttribute('d', areaPath(edges, gap))
    })
  }
}
