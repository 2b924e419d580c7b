import { concatMap, defer, merge, type Observable } from 'rxjs'
import type { Outcome } from '../../model/outcome.js'
import type { Span } from '../../model/span.js'
import type { ResultDelivery, Phase, PhaseName, Run, Step } from '../../model/step.js'

/**
 * The progress of runs, and the delivery of their results.
 *
 * @example
 * ```ts
 * const spansInputs: SpansInputs = { step$, resultDelivery$ }
 * ```
 */
export type SpansInputs = {
  readonly step$: Observable<Step>
  readonly resultDelivery$: Observable<ResultDelivery>
}

/**
 * Sampling, IDs and the wall clock of traces.
 *
 * @example
 * ```ts
 * const spansDeps: SpansDeps = {
 *   isSampled: () => true,
 *   traceId: () => '0af7651916cd43dd8448eb211c80319c',
 *   spanId: () => 'b7ad6b7169203331',
 *   epochOffset: () => 0,
 *   maxTraces: 1000,
 * }
 * ```
 */
export type SpansDeps = {
  /** Called once per run to decide whether to trace it. */
  readonly isSampled: () => boolean
  readonly traceId: () => string
  readonly spanId: () => string
  /** Milliseconds to add to step times to get Unix time. */
  readonly epochOffset: () => number
  /** Concurrently traced runs; beyond this, the oldest is dropped. */
  readonly maxTraces: number
}

/** The trace of a run. Its root span ends with the first answer to the Manager, even if the run continues. */
type Trace = {
  readonly run: Run
  readonly traceId: string
  readonly rootId: string
  readonly startedAt: number
  readonly offset: number
  outcome: Outcome | undefined
  /** Results that have not been delivered yet. */
  due: number
  isOver: boolean
  isRootSent: boolean
}

const SPAN_OF: Readonly<Record<PhaseName, string>> = {
  fetch: 'fetch',
  queue: 'queue',
  prepare: 'prepare',
  compile: 'compile',
  run: 'execute',
}
const MAX_TEXT = 256

type Attributes = Span['attributes']

const text = (key: string, value: string | undefined): Attributes =>
  value === undefined ? {} : { [key]: value.slice(0, MAX_TEXT) }

const attributesOf = (
  { id, kind, name, image, invocation }: Run,
  outcome: Outcome | undefined,
): Attributes => ({
  ...text('proplet.task.id', id),
  'proplet.task.kind': kind,
  ...text('proplet.task.name', name),
  ...text('proplet.task.image', image),
  ...text('proplet.invocation.id', invocation?.id),
  ...text('proplet.outcome', outcome?.kind),
  ...text('proplet.failure', errorOf(outcome)),
})

/** Only the code: the error may contain guest output. */
const errorOf = (outcome: Outcome | undefined): string | undefined =>
  outcome?.kind === 'failed' ? outcome.code : undefined

/**
 * The spans of sampled runs: `start` (or `invoke`) is the root; `fetch`, `queue`, `prepare`, `compile`, `execute` and
 * `publish` are its children.
 *
 * @example
 * ```ts
 * const span$ = spans({ step$, resultDelivery$ }, spansDeps)
 * ```
 */
export const spans = ({ step$, resultDelivery$ }: SpansInputs, deps: SpansDeps): Observable<Span> =>
  defer(() => {
    const traces = new Map<Run, Trace>()

    const child = (
      { traceId, rootId, offset }: Trace,
      span: Pick<Span, 'name' | 'error' | 'attributes'> & Partial<Pick<Span, 'kind'>>,
      { from, to }: Pick<Phase, 'from' | 'to'>,
    ): Span => ({
      kind: 'internal',
      ...span,
      traceId,
      spanId: deps.spanId(),
      parentId: rootId,
      startedAt: from + offset,
      endedAt: to + offset,
    })
    const root = (trace: Trace, at: number): readonly Span[] => {
      if (trace.isRootSent) return []
      trace.isRootSent = true
      const { run, traceId, rootId, startedAt, offset, outcome } = trace
      return [
        {
          traceId,
          spanId: rootId,
          parentId: undefined,
          name: run.kind === 'invocation' ? 'invoke' : 'start',
          kind: 'consumer',
          startedAt: startedAt + offset,
          endedAt: at + offset,
          attributes: attributesOf(run, outcome),
          error: errorOf(outcome),
        },
      ]
    }
    const letGoOfOldest = (at: number): readonly Span[] => {
      const [oldest] = traces.values()
      if (traces.size < deps.maxTraces || oldest === undefined) return []
      traces.delete(oldest.run)
      return root(oldest, at)
    }
    const begin = ({ run, at: startedAt }: Step): readonly Span[] => {
      if (!deps.isSampled()) return []
      const evicted = letGoOfOldest(startedAt)
      traces.set(run, {
        run,
        traceId: deps.traceId(),
        rootId: deps.spanId(),
        startedAt,
        offset: deps.epochOffset(),
        outcome: undefined,
        due: 0,
        isOver: false,
        isRootSent: false,
      })
      return evicted
    }
    const leaveIfDone = (trace: Trace): void => {
      if (trace.isOver && trace.due === 0) traces.delete(trace.run)
    }
    const fetchedBy = ({ fetched }: Step): Attributes =>
      fetched === undefined
        ? {}
        : {
            'proplet.binary.from': fetched.from,
            'proplet.binary.digest': fetched.binary.digest,
            'proplet.binary.size': fetched.binary.size,
            'proplet.fetch.requests': fetched.attempts,
          }

    const ofStep = (step: Step): readonly Span[] => {
      const { run, before, stage, at, outcome, phases, isResultDue } = step
      const evicted = before === undefined ? begin(step) : []
      const trace = traces.get(run)
      if (trace === undefined) return evicted
      trace.outcome = outcome
      trace.isOver = stage === 'over'
      if (isResultDue) trace.due += 1
      const children = phases.map((phase) => {
        const isEnd = phase.cut || phase.name === 'run'
        const error = isEnd ? errorOf(outcome) : undefined
        return child(trace, { name: SPAN_OF[phase.name], attributes: fetchedBy(step), error }, phase)
      })
      leaveIfDone(trace)
      const isAnswered = stage === 'deployed' || (trace.isOver && trace.due === 0)
      return [...evicted, ...children, ...(isAnswered ? root(trace, at) : [])]
    }
    const ofDelivery = ({ run, handedAt, at, isDelivered }: ResultDelivery): readonly Span[] => {
      const trace = traces.get(run)
      if (trace === undefined) return []
      trace.due -= 1
      leaveIfDone(trace)
      const error = isDelivered ? undefined : 'not delivered'
      const span = { name: 'publish', kind: 'producer', attributes: {}, error } as const
      return [child(trace, span, { from: handedAt, to: at }), ...root(trace, at)]
    }
    return merge(step$.pipe(concatMap(ofStep)), resultDelivery$.pipe(concatMap(ofDelivery)))
  })
