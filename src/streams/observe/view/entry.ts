import type { Outcome } from '../../../model/outcome.js'
import type { Detail, Row, Spans, TaskPhase } from '../../../model/view.js'
import { cut } from '../../../model/cut.js'

/** Limits for untrusted texts in rows, and for results in details; UTF-16 code units. */
const MAX_NAME = 256
const MAX_PREVIEW = 240
const MAX_RESULT = 16_384
const MAX_WARNING = 512
const MAX_WARNINGS = 5

/** The state of one task or invocation while it is shown. */
export type Entry = {
  readonly key: number
  /** As the Manager wrote it. */
  readonly id: string
  readonly kind: Row['kind']
  readonly invocation: string | undefined
  readonly name: string
  readonly image: string | undefined
  readonly at: number
  phase: TaskPhase
  since: number
  spans: Spans
  progress: Row['progress']
  cpu: number | undefined
  memory: number | undefined
  result: string | undefined
  resultCut: number
  code: string | undefined
  digest: string | undefined
  size: number | undefined
  address: string | undefined
  warnings: readonly string[]
  outputBytes: number
  /** Versions of the row and the detail; they grow with each change. */
  isStale: boolean
  version: number
}

type Begin = Pick<Entry, 'key' | 'id' | 'kind' | 'invocation' | 'at' | 'phase'> & {
  readonly name: string
  readonly image?: string | undefined
}

export const newEntry = (begin: Begin): Entry => ({
  ...begin,
  name: cut(begin.name, MAX_NAME),
  image: begin.image === undefined ? undefined : cut(begin.image, MAX_NAME),
  invocation: begin.invocation === undefined ? undefined : cut(begin.invocation, MAX_NAME),
  since: begin.at,
  spans: {},
  progress: undefined,
  cpu: undefined,
  memory: undefined,
  result: undefined,
  resultCut: 0,
  code: undefined,
  digest: undefined,
  size: undefined,
  address: undefined,
  warnings: [],
  outputBytes: 0,
  isStale: true,
  version: 0,
})

/** Marks both the row and the detail as changed. */
export const markChanged = (entry: Entry): void => {
  entry.isStale = true
  entry.version += 1
}

export const keepResult = (entry: Entry, text: string): void => {
  entry.result = cut(text, MAX_RESULT)
  entry.resultCut = text.length - entry.result.length
}

export const keepOutcome = (entry: Entry, outcome: Outcome): void => {
  keepResult(entry, outcome.kind === 'failed' ? outcome.error : outcome.results)
  entry.code = outcome.kind === 'failed' ? outcome.code : undefined
}

export const keepWarning = (entry: Entry, message: string): void => {
  entry.warnings = [...entry.warnings, cut(message, MAX_WARNING)].slice(-MAX_WARNINGS)
}

export const toRow = (entry: Entry): Row => ({
  key: entry.key,
  id: cut(entry.id, MAX_NAME),
  kind: entry.kind,
  invocation: entry.invocation,
  name: entry.name,
  phase: entry.phase,
  at: entry.at,
  since: entry.since,
  spans: entry.spans,
  progress: entry.phase === 'fetching' ? entry.progress : undefined,
  cpu: entry.cpu,
  memory: entry.memory,
  result: entry.result === undefined ? undefined : cut(entry.result, MAX_PREVIEW),
  code: entry.code,
})

export const toDetail = (entry: Entry): Detail => ({
  row: toRow(entry),
  image: entry.image,
  digest: entry.digest,
  size: entry.size,
  address: entry.address,
  warnings: entry.warnings,
  result: entry.result,
  resultCut: entry.resultCut,
  outputBytes: entry.outputBytes,
})
