import type { FailureCode } from '../../model/outcome.js'
import type { FromGuest, GuestEnd } from '../guest/protocol.js'

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

/** What a guest said; undefined when it is nothing that a guest says. */
export function decodeFromGuest(value: unknown): FromGuest | undefined {
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
      return undefined
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
