import { fitted, widthOf } from './width.js'

export type Cell = { readonly text: string; readonly paint?: (text: string) => string }

const GAP = 2

/**
 * Formats rows of cells as lines of at most `width` terminal cells. A column is as wide as its widest cell, up to its
 * limit in `most`; the last column gets the rest.
 */
export const tableLines = (
  rows: readonly (readonly Cell[])[],
  most: readonly number[],
  width: number,
): readonly string[] => {
  const widths = most.map((limit, column) =>
    Math.min(limit, Math.max(0, ...rows.map((row) => widthOf(row[column]?.text ?? '')))),
  )
  return rows.map((row) => {
    let left = width
    let line = ''
    for (const [column, { text, paint = (plain: string) => plain }] of row.entries()) {
      if (left <= 0) break
      const isLast = column === row.length - 1
      const cells = Math.min(left, isLast ? left : (widths[column] ?? 0))
      const shown = fitted(text, cells)
      line += paint(shown)
      if (!isLast) line += ' '.repeat(Math.min(left - widthOf(shown), cells - widthOf(shown) + GAP))
      left -= cells + GAP
    }
    return line
  })
}
