import type { Point } from '../../model/view.js'

export type Series = {
  readonly label: string
  /** A CSS class for the colour. */
  readonly tint: string
  readonly value: (point: Point) => number | undefined
  /** Whether to draw an area stacked on the previous ones, instead of a line. */
  readonly isStacked: boolean
}

export type PlotOptions = {
  readonly title: string
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  /** The minimum end of the axis. */
  readonly least: number
  /** The maximum end of the axis. */
  readonly most?: number
  /** Describes the latest point in a line of text. */
  readonly note?: (point: Point) => string
}
