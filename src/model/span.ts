/** What a trace tells of one thing that took time, as OpenTelemetry has it. */
export type Span = {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string
  /** 16 of them. */
  readonly spanId: string
  /** Undefined: it is the root of its trace. */
  readonly parentId: string | undefined
  readonly name: string
  /** `consumer`: it was asked for by a message; `producer`: it sends one. */
  readonly kind: 'internal' | 'consumer' | 'producer'
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Readonly<Record<string, string | number>>
  /** Why it failed, if it did. */
  readonly error: string | undefined
}

/**
 * What became of a batch. `retry`: it may be sent again, not before `afterMs` if that is given; `refused`: it never
 * will be taken.
 */
export type Sent =
  | { readonly kind: 'taken'; /** Of the batch, but for so many. */ readonly refused: number }
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly why: string }
