import type { Phase, PhaseName } from '../../../model/step.js'
import type { Spans } from '../../../model/view.js'

const SPAN_OF: Readonly<Record<PhaseName, keyof Spans>> = {
  fetch: 'fetch',
  queue: 'queue',
  prepare: 'start',
  compile: 'start',
  run: 'run',
}

/** Milliseconds of the phases that end together; phases cut short do not count. */
export const durations = (phases: readonly Phase[]): ReadonlyMap<keyof Spans, number> => {
  const sums = new Map<keyof Spans, number>()
  for (const { name, from, to, cut } of phases)
    if (!cut) sums.set(SPAN_OF[name], (sums.get(SPAN_OF[name]) ?? 0) + to - from)
  return sums
}
