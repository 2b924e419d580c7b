import type { Point } from '../../model/view.js'
import type { Series } from './options.js'

/** The levels of one series at one point. */
export type Level = { readonly top: number | undefined; readonly bottom: number }

/** The levels of the series at each point, with stacked ones on top of each other. */
export const stack = (points: readonly Point[], series: readonly Series[]): readonly (readonly Level[])[] =>
  points.map((point) => {
    let sum = 0
    return series.map(({ value, isStacked }) => {
      const own = value(point)
      if (own === undefined) return { top: undefined, bottom: sum }
      const bottom = isStacked ? sum : 0
      if (isStacked) sum += own
      return { top: bottom + own, bottom }
    })
  })

export const largestOf = (levels: readonly (readonly Level[])[], least: number): number =>
  Math.max(least, ...levels.flatMap((each) => each.map(({ top }) => top ?? 0)))
