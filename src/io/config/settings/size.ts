import * as E from 'fp-ts/lib/Either.js'
import { scalar } from './readers.js'
import type { Reader } from './setting.js'

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/** Bytes of `262144`, `64MB` or `256MiB`; NaN if invalid. */
export const parseSize = (text: string): number => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = BYTES[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) return NaN
  const bytes = Number(digits) * factor
  return Number.isSafeInteger(bytes) ? bytes : NaN
}

/** Reads a number of bytes between `min` and `max`. */
export const size = (min: number, max: number = Number.MAX_SAFE_INTEGER): Reader<number> =>
  scalar((text) => {
    const bytes = parseSize(text)
    return bytes >= min && bytes <= max
      ? E.right(bytes)
      : E.left(`bytes, or a size such as 64MB or 256MiB, from ${min} to ${max} bytes`)
  })
