import type { FailureCode } from '../../../model/outcome.js'

/** What to find out of a binary: how the runtime is to be called for this task. */
export type PlanRequest = {
  readonly path: string
  /** `sha256:` and 64 digits: the file is checked against it. */
  readonly digest: string
  /** The digest is none of the file, which whoever asks has just written. */
  readonly isKeyed?: boolean
  readonly name: string
  readonly inputs: readonly string[]
}

export type Plan =
  /** `invoke`: the value of `--invoke`; undefined: the program is run. `inputsInCall`: they are part of it. */
  | {
      readonly kind: 'run'
      readonly invoke?: string
      readonly inputsInCall: boolean
      readonly warning?: string
    }
  /** It serves HTTP. */
  | { readonly kind: 'serve' }
  /** There is nothing to call, the inputs do not fit, or it is no good binary. */
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly error: string }

const CODES: ReadonlySet<string> = new Set<FailureCode>(['binary', 'call', 'unsupported', 'runtime'])

/** What the planner said; undefined when it is no plan. It has read a hostile binary. */
export function decodePlan(text: string): Plan | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, invoke, inputsInCall, warning, code, error } = value as Readonly<Record<string, unknown>>
  if (kind === 'serve') return { kind }
  if (kind === 'refused' && isCode(code) && typeof error === 'string') return { kind, code, error }
  if (kind !== 'run' || typeof inputsInCall !== 'boolean' || !isText(invoke) || !isText(warning))
    return undefined
  return {
    kind,
    inputsInCall,
    ...(invoke === undefined ? {} : { invoke }),
    ...(warning === undefined ? {} : { warning }),
  }
}

const isText = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string'

const isCode = (value: unknown): value is FailureCode => typeof value === 'string' && CODES.has(value)
