import { TaskFailure } from './failure.js'
import { quote } from '@proplet/component/units.js'
import type { FunctionType, ValueType } from '@proplet/component/wasm/value-types.js'

/** Refuses a function whose return values have no text form, before it is called. */
export function checkResults(name: string, type: FunctionType): void {
  for (const result of type.results) {
    if (result === 'i32' || result === 'i64' || result === 'f32' || result === 'f64') continue
    throw new TaskFailure('call', `${quote(name)} returns ${result}, which has no text form`)
  }
}

/** Formats JavaScript return values as text, one per line; '' if there are none. */
export function formatResults(type: FunctionType, returned: unknown): string {
  const values: readonly unknown[] =
    type.results.length > 1 && Array.isArray(returned) ? returned : [returned]
  return type.results.map((result, index) => formatValue(result, values[index])).join('\n')
}

function formatValue(type: ValueType, value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'number')
    throw new TaskFailure('runtime', `a value of ${type} came back as ${typeof value}`)
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0'
  return type === 'f32' ? shortestSingle(value) : String(value)
}

/** The fewest digits that read back as the same 32-bit float; nine always suffice. */
function shortestSingle(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits))
    if (Math.fround(candidate) === value) return String(candidate)
  }
  return String(Number(value.toPrecision(9)))
}
