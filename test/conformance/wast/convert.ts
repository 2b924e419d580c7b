import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { convertOlderText } from './older-text.js'

export type Converter = {
  readonly program: string
  readonly version: string
  /** The path of a module that parses an older text format; undefined or empty if there is none. */
  readonly olderParser: string | undefined
  readonly cache: string
}

/**
 * Returns the path of the converted script, or why it cannot be converted. Converts each text once per converter
 * version.
 */
export async function convert(
  wast: string,
  { program, version, olderParser = '', cache }: Converter,
): Promise<{ readonly script: string } | { readonly problem: string }> {
  const digest = createHash('sha256').update(version).update(readFileSync(wast)).digest('hex').slice(0, 32)
  const folder = join(cache, digest)
  const script = join(folder, 'script.json')
  if (existsSync(script)) return { script }
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  const { status, stderr } = spawnSync(
    program,
    ['json-from-wast', wast, '--output', join(unfinished, 'script.json'), '--wasm-dir', unfinished],
    { encoding: 'utf8' },
  )
  if (status !== 0) {
    const problem = `wasm-tools ${version} does not read it: ${stderr.split('\n')[0] ?? ''}`
    const isOlder = /is no longer supported/.test(problem) && olderParser !== ''
    if (!isOlder || !(await convertOlderText(wast, unfinished, olderParser))) {
      rmSync(unfinished, { recursive: true, force: true })
      return { problem }
    }
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(unfinished, folder)
  return { script }
}
