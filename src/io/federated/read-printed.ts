import { setImmediate } from 'node:timers/promises'
import { defer, of, type Observable } from 'rxjs'
import { abortable } from '../abortable.js'
import { JsonError, JsonScanner } from './json-scanner.js'
import type { Printed } from '../../model/federated.js'

/** Bytes scanned at once: a few milliseconds on a slow core. */
const SLICE = 128 * 1024

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const newScanner = () => new JsonScanner(['num_samples', 'metrics'])

const noObject = (base64: string): Printed => ({
  base64,
  numSamples: undefined,
  metrics: {},
  json: undefined,
})

/** The result of scanning the whole text. */
const found = (scanner: JsonScanner, stdout: string, base64: string): Printed => {
  if (!scanner.isObject) return noObject(base64)
  const samples = parsed(scanner.members.get('num_samples'))
  const metrics = parsed(scanner.members.get('metrics'))
  return {
    base64,
    numSamples: isCount(samples) ? samples : undefined,
    metrics: isObject(metrics) ? metrics : {},
    json: stdout.trim(),
  }
}

/** Undefined if the text is not JSON. */
const scanned = (scanner: JsonScanner, bytes: Uint8Array, isLast: boolean): JsonScanner | undefined => {
  try {
    scanner.push(bytes)
    if (isLast) scanner.end()
    return scanner
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}

const readLong = async (stdout: string, bytes: Buffer, base64: string, signal: AbortSignal) => {
  const scanner = newScanner()
  for (let at = 0; at < bytes.length; at += SLICE) {
    const isLast = at + SLICE >= bytes.length
    if (scanned(scanner, bytes.subarray(at, at + SLICE), isLast) === undefined) return noObject(base64)
    await setImmediate(undefined, { signal })
  }
  return found(scanner, stdout, base64)
}

/** Whether the output of a training module is a JSON object, and its fields. Never errors. */
export const readPrinted = (stdout: string): Observable<Printed> =>
  defer(() => {
    const bytes = Buffer.from(stdout)
    const base64 = bytes.toString('base64')
    if (bytes.length > SLICE) return abortable((signal) => readLong(stdout, bytes, base64, signal))
    const scanner = scanned(newScanner(), bytes, true)
    return of(scanner === undefined ? noObject(base64) : found(scanner, stdout, base64))
  })
