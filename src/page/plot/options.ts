import type { Point } from '../../model/view.js'

export type Series = {
  readonly label: string
  /** Class that gives the colour. */
  readonly tint: string
  readonly value: (point: Point) => number | undefined
  /** On top of the stacked ones before it, as an area; else a line. */
  readonly isStacked: boolean
}

export type PlotOptions = {
  readonly title: string
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  /** The axis reaches at least this far. */
  readonly least: number
  /** And no further. */
  readonly most?: number
  /** A line of text for the latest point. */
  readonly note?: (point: Point) => string
}
