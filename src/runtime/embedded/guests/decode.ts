import type { FailureCode } from '../../../model/outcome.js'
import type { FromGuest, FromServingGuest, GuestEnd } from '../../guest/channel/protocol.js'
import { decodeFromConnections } from './decode-connections.js'
import { decodeFromExchange } from './decode-exchange.js'
import { decodeHal } from './decode-hal.js'
import { isCount, isDuration, isRecord } from './decode-values.js'

/** The failure codes that a guest may report. */
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

/** Decodes a guest's message, with the bytes that follow it; undefined if it is invalid. */
export function decodeFromGuest(value: unknown, body: Uint8Array = NO_BYTES): FromGuest | undefined {
  if (!isRecord(value)) return undefined
  switch (value['type']) {
    case 'ready': {
      const { threadId } = value
      return isCount(threadId) ? { type: 'ready', threadId } : { type: 'ready' }
    }
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
    case 'result':
      return { type: 'result', bytes: body }
    case 'hal':
    case 'hal-data':
      return decodeHal(value, body)
    default:
      return decodeFromServing(value, body)
  }
}

function decodeFromServing(
  value: Readonly<Record<string, unknown>>,
  bytes: Uint8Array,
): FromServingGuest | undefined {
  switch (value['type']) {
    case 'serving': {
      const { compileMs, takesConnections } = value
      return isDuration(compileMs) && typeof takesConnections === 'boolean'
        ? { type: 'serving', compileMs, takesConnections }
        : undefined
    }
    case 'answered': {
      const { problem, connection = 0 } = value
      const end = decodeEnd(value['end'])
      if (end === undefined || !isCount(connection)) return undefined
      if (problem === undefined) return { type: 'answered', end, connection }
      return typeof problem === 'string' ? { type: 'answered', end, connection, problem } : undefined
    }
    default:
      return decodeFromConnections(value, bytes) ?? decodeFromExchange(value, bytes)
  }
}

function decodeEnd(value: unknown): GuestEnd | undefined {
  if (!isRecord(value)) return undefined
  const { kind, text, code, error } = value
  if (kind === 'printed') return { kind }
  if (kind === 'returned') return typeof text === 'string' ? { kind, text } : undefined
  if (kind !== 'failed' || !isCode(code) || typeof error !== 'string') return undefined
  return { kind, code, error }
}

function isCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && CODES.has(value)
}
