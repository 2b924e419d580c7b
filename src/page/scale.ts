const STEPS = [1, 2, 2.5, 5, 10] as const

/** The smallest round number that is at least the value. */
export const roundUp = (value: number): number => {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return (STEPS.find((step) => step * power >= value * 0.999_999) ?? 10) * power
}

/** The points of a line, with an `M` at its beginning and after each gap. */
export const linePath = (
  points: readonly { readonly x: number; readonly y: number | undefined }[],
  maxGap: number,
): string => {
  let last: number | undefined
  return points
    .map(({ x, y }) => {
      if (y === undefined) {
        last = undefined
        return ''
      }
      const command = last === undefined || x - last > maxGap ? 'M' : 'L'
      last = x
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

type Edge = { readonly x: number; readonly top: number | undefined; readonly bottom: number }

/** The area between two lines, in one piece per stretch without a gap. */
export const areaPath = (edges: readonly Edge[], maxGap: number): string => {
  const stretches: (Edge & { readonly top: number })[][] = []
  let last: number | undefined
  for (const { x, top, bottom } of edges) {
    if (top === undefined) {
      last = undefined
      continue
    }
    const edge = { x, top, bottom }
    if (last === undefined || x - last > maxGap) stretches.push([edge])
    else stretches.at(-1)?.push(edge)
    last = x
  }
  const at = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`
  return stretches
    .map((stretch) => {
      const there = stretch.map(({ x, top }) => at(x, top))
      const back = [...stretch].reverse().map(({ x, bottom }) => at(x, bottom))
      return `M${[...there, ...back].join('L')}Z`
    })
    .join('')
}

/** The position of a value on a logarithmic axis, from 0 to 1. */
export const onLog = (value: number, min: number, max: number): number =>
  Math.min(1, Math.max(0, Math.log(Math.max(value, min) / min) / Math.log(max / min)))
