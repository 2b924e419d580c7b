import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type KeyValue = { readonly key: string; readonly value: { stringValue?: string; intValue?: string } }

/** A span as it arrives, with its attributes as an object, and its times in milliseconds. */
export type ReceivedSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, string>>
  readonly status: { readonly code?: number; readonly message?: string }
  readonly resource: Readonly<Record<string, string>>
}

type Request = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'startMs' | 'endMs' | 'resource'> & {
        readonly startTimeUnixNano: string
        readonly endTimeUnixNano: string
        readonly attributes: readonly KeyValue[]
      })[]
    }[]
  }[]
}

const plain = (attributes: readonly KeyValue[]): Readonly<Record<string, string>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']))

const milliseconds = (nanoseconds: string): number => {
  if (!/^\d{19}$/.test(nanoseconds)) throw new Error(`not nanoseconds of this century: ${nanoseconds}`)
  return Number(BigInt(nanoseconds) / 1000n) / 1000
}

const spansOf = ({ resourceSpans }: Request): readonly ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, ...span }) => ({
        ...span,
        startMs: milliseconds(startTimeUnixNano),
        endMs: milliseconds(endTimeUnixNano),
        attributes: plain(attributes),
        resource: plain(resource.attributes),
      })),
    ),
  )

/** An OTLP collector over HTTP that accepts traces in JSON, and refuses everything else. */
export const startCollector = async () => {
  const spans: ReceivedSpan[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (data: string) => (body += data))
    request.on('end', () => {
      const isRight =
        request.method === 'POST' &&
        request.url === '/v1/traces' &&
        request.headers['content-type'] === 'application/json'
      if (isRight) spans.push(...spansOf(JSON.parse(body) as Request))
      response.writeHead(isRight ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: spans as readonly ReceivedSpan[],
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
