import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type Converter = { readonly program: string; readonly version: string; readonly cache: string }

/** The path of the converted script, or why it can't be converted. Converted once for a text and a version of the converter. */
export function convert(
  wast: string,
  { program, version, cache }: Converter,
): { readonly script: string } | { readonly problem: string } {
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
    rmSync(unfinished, { recursive: true, force: true })
    return { problem: `wasm-tools ${version} does not read it: ${stderr.split('\n')[0] ?? ''}` }
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(unfinished, folder)
  return { script }
}
