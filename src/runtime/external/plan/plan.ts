import type { FailureCode } from '../../../model/outcome.js'

/** A question about a binary: how to call the runtime for this task. */
export type PlanRequest = {
  readonly path: string
  /** `sha256:` and 64 digits, against which the file is verified. */
  readonly digest: string
  /** The digest is keyed, so the file is not verified against it. The caller has just written the file. */
  readonly isKeyed?: boolean
  readonly name: string
  readonly inputs: readonly string[]
}

export type Plan =
  /**
   * `invoke`: the value of `--invoke`; undefined to run the program. `inputsInCall`: whether it contains the inputs.
   */
  | {
      readonly kind: 'run'
      readonly invoke?: string
      readonly inputsInCall: boolean
      readonly warning?: string
    }
  /** The binary serves HTTP. */
  | { readonly kind: 'serve' }
  /** There is nothing to call, the inputs do not fit, or the binary is invalid. */
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly error: string }

const CODES: ReadonlySet<string> = new Set<FailureCode>(['binary', 'call', 'unsupported', 'runtime'])

/** Decodes a plan, which comes from a process that has parsed an untrusted binary; undefined if it is invalid. */
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
