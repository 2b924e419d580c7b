/** An OpenTelemetry span. */
export type Span = {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string
  /** 16 of them. */
  readonly spanId: string
  /** Undefined for the root of a trace. */
  readonly parentId: string | undefined
  readonly name: string
  /** `consumer` spans start with a received message; `producer` spans send one. */
  readonly kind: 'internal' | 'consumer' | 'producer'
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Readonly<Record<string, string | number>>
  /** Why it failed, if it did. */
  readonly error: string | undefined
}

/**
 * The outcome of sending a batch. `retry`: send it again, after `afterMs` if given; `refused`: it will never be
 * accepted.
 */
export type Sent =
  | {
      readonly kind: 'taken'
      /** Number of spans in the batch that were rejected. */
      readonly refused: number
    }
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly why: string }
