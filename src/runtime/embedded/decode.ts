import type { FailureCode } from '../../model/outcome.js'
import type { FromGuest, FromServingGuest, GuestEnd, HttpField } from '../guest/protocol.js'

/** The codes that a guest may give. */
const CODES: ReadonlySet<string> = new Set<FailureCode>([
  'binary',
  'call',
  'trap',
  'exit',
  'memory',
  'output',
  'unsupported',
  'runtime',
])

const NO_BYTES = new Uint8Array(0)

/** What a guest said, with the bytes behind it; undefined when it is nothing that a guest says. */
export function decodeFromGuest(value: unknown, body: Uint8Array = NO_BYTES): FromGuest | undefined {
  if (!isRecord(value)) return undefined
  switch (value['type']) {
    case 'ready':
      return { type: 'ready' }
    case 'started': {
      const { compileMs } = value
      return isDuration(compileMs) ? { type: 'started', compileMs } : undefined
    }
    case 'warning': {
      const { message } = value
      return typeof message === 'string' ? { type: 'warning', message } : undefined
    }
    case 'done': {
      const { stdoutBytes, stderrBytes, thenReady } = value
      const end = decodeEnd(value['end'])
      if (end === undefined || !isCount(stdoutBytes) || !isCount(stderrBytes)) return undefined
      if (typeof thenReady !== 'boolean') return undefined
      return { type: 'done', end, stdoutBytes, stderrBytes, thenReady }
    }
    default:
      return decodeFromServing(value, body)
  }
}

function decodeFromServing(
  value: Readonly<Record<string, unknown>>,
  bytes: Uint8Array,
): FromServingGuest | undefined {
  switch (value['type']) {
    case 'serving':
      return { type: 'serving' }
    case 'want': {
      const { of, waitMs } = value
      if ((of !== 'body' && of !== 'room') || (waitMs !== null && !isDuration(waitMs))) return undefined
      return { type: 'want', of, waitMs }
    }
    case 'head': {
      const { status, headers } = value
      return isCount(status) && areFields(headers) ? { type: 'head', status, headers } : undefined
    }
    case 'body':
      return { type: 'body', bytes }
    case 'finish': {
      const { trailers } = value
      return areFields(trailers) ? { type: 'finish', trailers } : undefined
    }
    case 'abandon':
      return { type: 'abandon' }
    case 'refuse': {
      const { code } = value
      return typeof code === 'string' ? { type: 'refuse', code } : undefined
    }
    case 'answered': {
      const end = decodeEnd(value['end'])
      return end && { type: 'answered', end }
    }
    default:
      return undefined
  }
}

function areFields(value: unknown): value is readonly HttpField[] {
  return Array.isArray(value) && value.every(isField)
}

function isField(value: unknown): value is HttpField {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function decodeEnd(value: unknown): GuestEnd | undefined {
  if (!isRecord(value)) return undefined
  const { kind, text, code, error } = value
  if (kind === 'printed') return { kind }
  if (kind === 'returned') return typeof text === 'string' ? { kind, text } : undefined
  if (kind !== 'failed' || !isCode(code) || typeof error !== 'string') return undefined
  return { kind, code, error }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && CODES.has(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
