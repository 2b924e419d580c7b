import { Source } from '@proplet/component/wave/source.js'
import { tokenAt } from '@proplet/component/wave/syntax.js'

/** A function and its arguments, each the text of one WAVE value. */
export type WaveCall = { readonly name: string; readonly args: readonly string[] }

const CALL = /^([^(]+)\((.*)\)$/s
const FENCE = '"""'

/** Parses `name(value, …)`; undefined if it is not a call. The values are not parsed. */
export function parseWaveCall(text: string): WaveCall | undefined {
  const [, name, list] = CALL.exec(text.trim()) ?? []
  if (name === undefined || list === undefined) return undefined
  return { name: name.trim(), args: splitValues(list) }
}

/** Splits at commas outside brackets, strings and comments; a trailing comma is allowed. */
function splitValues(list: string): readonly string[] {
  const source = new Source(list)
  const values: string[] = []
  let depth = 0
  let from = 0
  let isEmpty = true
  for (let at = source.next(); at < list.length; at = source.next()) {
    const to = list.startsWith(FENCE, at) ? fenceEnd(list, at) : tokenAt(list, at).to
    const token = list.slice(at, to)
    if (token === '(' || token === '[' || token === '{') depth += 1
    if (token === ')' || token === ']' || token === '}') depth -= 1
    const isCut = token === ',' && depth === 0
    if (isCut) {
      values.push(list.slice(from, at))
      from = to
    }
    isEmpty = isCut
    source.at = to
  }
  return isEmpty ? values : [...values, list.slice(from)]
}

function fenceEnd(list: string, at: number): number {
  for (let end = at + FENCE.length; end < list.length; end += 1) {
    if (list[end] === '\\') end += 1
    else if (list.startsWith(FENCE, end)) return end + FENCE.length
  }
  return list.length
}
