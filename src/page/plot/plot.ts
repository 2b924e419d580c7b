import type { Point } from '../model/view.js'
import { html, setText, svg } from './dom.js'
import { duration } from './format.js'
import { areaPath, linePath, roundUp } from './scale.js'

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

export type Plot = {
  readonly element: HTMLElement
  readonly draw: (points: readonly Point[], now: number, windowMs: number) => void
}

const LEAST_WIDTH = 120
const HEIGHT = 116
const TOP = 6
const BOTTOM = 18
/** What is drawn at least; milliseconds, as the next. */
const LEAST_WINDOW_MS = 60_000
/** Points further from each other are not joined. */
const MAX_GAP_MS = 15_000

/** Values over the last minutes, as SVG. With the pointer or the arrow keys earlier values are read. */
export const createPlot = ({ title, series, format, least, most, note }: PlotOptions): Plot => {
  const values = series.map(() => html('b'))
  const legend = html(
    'ul',
    { class: 'legend' },
    ...series.map(({ label, tint }, index) =>
      html('li', { class: tint }, document.createTextNode(`${label} `), values[index] ?? html('b')),
    ),
  )
  const when = html('span', { class: 'when' })
  const lines = [0, 1, 2].map(() => ({ rule: svg('line', { class: 'grid' }), label: svg('text', {}) }))
  const shapes = series.map(({ tint, isStacked }) => ({
    area: svg('path', { class: `area ${tint}`, attributes: isStacked ? {} : { display: 'none' } }),
    line: svg('path', { class: `line ${tint}` }),
  }))
  const cursor = svg('line', { class: 'cursor', attributes: { display: 'none' } })
  const from = svg('text', { attributes: { y: String(HEIGHT - 3) } })
  const until = svg('text', { text: 'now', attributes: { y: String(HEIGHT - 3), 'text-anchor': 'end' } })
  const drawing = svg(
    'svg',
    { attributes: { role: 'img', tabindex: '0', height: String(HEIGHT) } },
    ...lines.flatMap(({ rule, label }) => [rule, label]),
    // The first on top: one that is 0 lies on the one below it.
    ...[...shapes].reverse().flatMap(({ area, line }) => [area, line]),
    cursor,
    from,
    until,
  )
  const element = html(
    'section',
    { class: 'plot' },
    html('div', { class: 'head' }, html('h3', { text: title }), when),
    drawing,
    legend,
  )

  let points: readonly Point[] = []
  let now = 0
  let windowMs = 1
  /** The selected time; undefined for the latest. */
  let readAt: number | undefined

  let measured = LEAST_WIDTH
  const width = () => measured
  const xOf = (at: number) => (1 - (now - at) / windowMs) * width()

  const read = () => {
    const asked = readAt
    const point =
      asked === undefined
        ? points.at(-1)
        : points.reduce<Point | undefined>(
            (best, each) =>
              best === undefined || Math.abs(each.at - asked) < Math.abs(best.at - asked) ? each : best,
            undefined,
          )
    series.forEach(({ value }, index) => {
      const found = point === undefined ? undefined : value(point)
      const target = values[index]
      if (target !== undefined) setText(target, found === undefined ? '–' : format(found))
    })
    const isPast = asked !== undefined && point !== undefined
    setText(
      when,
      isPast ? `${duration(now - point.at)} ago` : point === undefined ? '' : (note?.(point) ?? ''),
    )
    cursor.setAttribute('display', isPast ? 'inline' : 'none')
    if (isPast) {
      const x = xOf(point.at).toFixed(1)
      for (const [name, at] of [
        ['x1', x],
        ['x2', x],
        ['y1', String(TOP)],
        ['y2', String(HEIGHT - BOTTOM)],
      ] as const)
        cursor.setAttribute(name, at)
    }
  }

  const render = () => {
    const w = width()
    const floor = HEIGHT - BOTTOM
    const stacked = points.map((point) => {
      let sum = 0
      return series.map(({ value, isStacked }) => {
        const own = value(point)
        if (own === undefined) return { top: undefined, bottom: sum }
        const bottom = isStacked ? sum : 0
        if (isStacked) sum += own
        return { top: bottom + own, bottom }
      })
    })
    const largest = Math.max(least, ...stacked.flatMap((each) => each.map(({ top }) => top ?? 0)))
    const max = Math.min(roundUp(largest), most ?? Infinity)
    const yOf = (value: number) => floor - (Math.min(value, max) / max) * (floor - TOP)
    const gap = (MAX_GAP_MS / windowMs) * w
    drawing.setAttribute('viewBox', `0 0 ${w} ${HEIGHT}`)
    lines.forEach(({ rule, label }, index) => {
      const value = (max * index) / (lines.length - 1)
      const y = yOf(value)
      for (const name of ['y1', 'y2']) rule.setAttribute(name, y.toFixed(1))
      rule.setAttribute('x2', String(w))
      label.setAttribute('y', (y + (index === 0 ? -3 : 11)).toFixed(1))
      setText(label, index === 0 ? '' : format(value))
    })
    shapes.forEach(({ area, line }, index) => {
      const edges = points.map(({ at }, i) => ({
        x: xOf(at),
        ...(stacked[i]?.[index] ?? { top: undefined, bottom: 0 }),
      }))
      const scaled = edges.map(({ x, top, bottom }) => ({
        x,
        top: top === undefined ? undefined : yOf(top),
        bottom: yOf(bottom),
      }))
      line.setAttribute(
        'd',
        linePath(
          scaled.map(({ x, top }) => ({ x, y: top })),
          gap,
        ),
      )
      area.setAttribute('d', areaPath(scaled, gap))
    })
    setText(from, `${duration(windowMs).replace(/ 0\ss$/, '')} ago`)
    until.setAttribute('x', String(w))
    read()
    const latest = points.at(-1)
    const said = series
      .map(({ label, value }) => {
        const found = latest === undefined ? undefined : value(latest)
        return `${label} ${found === undefined ? 'unknown' : format(found)}`
      })
      .join(', ')
    drawing.setAttribute('aria-label', `${title} over the last minutes; now: ${said}`)
  }

  const look = (at: number | undefined) => {
    readAt = at
    read()
  }
  const onPointer = ({ clientX }: PointerEvent) => {
    const { left, width: shown } = drawing.getBoundingClientRect()
    look(now - (1 - (clientX - left) / shown) * windowMs)
  }
  drawing.addEventListener('pointermove', onPointer)
  drawing.addEventListener('pointerdown', onPointer)
  drawing.addEventListener('pointerleave', () => look(undefined))
  drawing.addEventListener('blur', () => look(undefined))
  drawing.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -5000, ArrowRight: 5000 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (readAt ?? now) + step
    look(next >= now ? undefined : Math.max(now - windowMs, next))
  })
  new ResizeObserver(([entry]) => {
    measured = Math.max(LEAST_WIDTH, Math.round(entry?.contentRect.width ?? 0))
    render()
  }).observe(drawing)

  return {
    element,
    draw: (newPoints, at, mostMs) => {
      points = newPoints
      now = at
      windowMs = Math.min(mostMs, Math.max(LEAST_WINDOW_MS, at - (points[0]?.at ?? at)))
      render()
    },
  }
}
