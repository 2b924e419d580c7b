import { createHash } from 'node:crypto'
import { decodeComponent } from '@proplet/component/binary/decode.js'
import { describe } from '@proplet/component/describe/describe.js'
import type { ComponentDescription } from '@proplet/component/describe/description.js'
import { ComponentError } from '@proplet/component/error.js'
import { moduleLayer } from '@proplet/component/wasm/preamble.js'
import { describeModule } from '@proplet/component/wasm/describe-module.js'
import { Budget } from './budget.js'
import { componentJson } from './component-json.js'
import { componentLines } from './component-lines.js'
import { readInput, TooLarge } from './input.js'
import { moduleJson } from './module-json.js'
import { moduleLines } from './module-lines.js'
import { safeJson, shown } from './shown.js'

/** The input is not a valid binary (EX_DATAERR). */
const EXIT_DATA = 65
/** The input can't be read (EX_NOINPUT of sysexits). */
const EXIT_NO_INPUT = 66

export type InspectRequest = { readonly file: string; readonly json: boolean }

type Output = { readonly write: (text: string) => unknown }
type Streams = {
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: Output
  readonly stderr: Output
}

/** Prints a description of a binary to `stdout`, for people or as JSON; returns the exit code. */
export async function inspect(
  { file, json }: InspectRequest,
  { stdin, stdout, stderr }: Streams,
): Promise<number> {
  const fail = (code: number, error: Error): number => {
    stderr.write(`error: ${shown(file)}: ${oneLine(error.message)}\n`)
    return code
  }
  let bytes
  try {
    bytes = await readInput(file, () => stdin)
  } catch (error) {
    if (error instanceof TooLarge) return fail(EXIT_DATA, error)
    if (error instanceof Error) return fail(EXIT_NO_INPUT, error)
    throw error
  }
  try {
    stdout.write(json ? `${safeJson(jsonOf(bytes), 2)}\n` : textOf(bytes))
    return 0
  } catch (error) {
    if (error instanceof ComponentError) return fail(EXIT_DATA, error)
    throw error
  }
}

const oneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function jsonOf(bytes: Uint8Array): unknown {
  const budget = new Budget()
  const layer = moduleLayer(bytes)
  const description =
    layer === 'component'
      ? componentJson(describe(decodeComponent(bytes)), budget)
      : moduleJson(describeModule(bytes), budget)
  return { layer, bytes: bytes.length, sha256: digest(bytes), ...description, complete: !budget.exceeded }
}

function textOf(bytes: Uint8Array): string {
  return bounded(moduleLayer(bytes) === 'component' ? componentText(bytes) : moduleText(bytes))
}

function* componentText(bytes: Uint8Array): Generator<string, void> {
  const description = describe(decodeComponent(bytes))
  yield `component, ${bytes.length} bytes`
  yield `sha256: ${digest(bytes)}`
  yield `kind: ${description.kind}${description.needsAsync ? ', needs WASI 0.3' : ''}`
  yield* wasiLine(description)
  yield* customLine(description.customSections)
  yield ''
  yield* componentLines(description)
}

function* moduleText(bytes: Uint8Array): Generator<string, void> {
  const description = describeModule(bytes)
  yield `core module, ${bytes.length} bytes`
  yield `sha256: ${digest(bytes)}`
  yield* customLine(description.customSections)
  yield ''
  yield* moduleLines(description)
}

function* wasiLine({ wasi }: ComponentDescription): Generator<string, void> {
  if (wasi.length === 0) return
  const names = wasi.map(({ name, version }) => shown(version === undefined ? name : `${name}@${version}`))
  yield `wasi: ${names.join(', ')}`
}

function* customLine(names: readonly string[]): Generator<string, void> {
  const MOST = 20
  if (names.length === 0) return
  const more = names.length > MOST ? `, and ${names.length - MOST} more` : ''
  yield `custom sections: ${names.slice(0, MOST).map(shown).join(', ')}${more}`
}

function bounded(lines: Iterable<string>): string {
  const budget = new Budget()
  const kept: string[] = []
  for (const line of lines) {
    if (!budget.take(line.length)) {
      kept.push('… the rest is omitted')
      break
    }
    kept.push(line)
  }
  return `${kept.join('\n')}\n`
}
