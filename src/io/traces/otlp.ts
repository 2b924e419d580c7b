import type { Span } from '../../model/span.js'

/** The sender of the spans. */
export type Source = { readonly version: string; readonly propletId: string; readonly namespace: string }

type Attributes = Readonly<Record<string, string | number>>

const KINDS: Readonly<Record<Span['kind'], number>> = { internal: 1, producer: 4, consumer: 5 }
const STATUS_ERROR = 2

/** All our numbers are integers, which the JSON encoding of protobuf represents as strings. */
const valueOf = (value: string | number) =>
  typeof value === 'string' ? { stringValue: value } : { intValue: String(value) }

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }))

/** Nanoseconds, rounded to microseconds: a double has no more digits. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1000)}000`

const spanOf = (span: Span) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentId !== undefined && { parentSpanId: span.parentId }),
  name: span.name,
  kind: KINDS[span.kind],
  startTimeUnixNano: nanoseconds(span.startedAt),
  endTimeUnixNano: nanoseconds(Math.max(span.startedAt, span.endedAt)),
  attributes: attributesOf(span.attributes),
  status: span.error === undefined ? {} : { code: STATUS_ERROR, message: span.error },
})

/** Spans as an `ExportTraceServiceRequest`, in the JSON encoding of OTLP 1. */
export const encodeSpans = (spans: readonly Span[], { version, propletId, namespace }: Source): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({
            'service.name': 'proplet',
            'service.namespace': namespace,
            'service.version': version,
            'service.instance.id': propletId,
          }),
        },
        scopeSpans: [{ scope: { name: 'proplet', version }, spans: spans.map(spanOf) }],
      },
    ],
  })
