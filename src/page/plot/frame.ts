import type { Point } from '../../model/view.js'

export const LEAST_WIDTH = 120
export const HEIGHT = 116
export const TOP = 6
export const BOTTOM = 18

/** The time range in milliseconds, and the width in pixels. */
export type Frame = {
  readonly points: readonly Point[]
  readonly now: number
  readonly windowMs: number
  readonly width: number
}

export const xOf = ({ now, windowMs, width }: Frame, at: number): number =>
  (1 - (now - at) / windowMs) * width

/** The position of values on an axis from 0 to `max`. */
export const verticalScale = (max: number): ((value: number) => number) => {
  const floor = HEIGHT - BOTTOM
  return (value) => floor - (Math.min(value, max) / max) * (floor - TOP)
}
