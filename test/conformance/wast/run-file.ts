import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isForRuntime, type Script } from './script.js'
import { failed, type FileResult, type Result } from '../outcome.js'

/** A command that takes longer counts as hanging. */
const COMMAND_MS = 60_000
const STDERR_BYTES = 4096

/**
 * Runs a converted script in its own process. A command that hangs or ends the process fails, and so do all after it.
 */
export async function runFile(
  file: string,
  script: string,
  node: string,
  child: string,
): Promise<FileResult> {
  const { commands } = JSON.parse(readFileSync(script, 'utf8')) as Script
  const wanted = commands.filter(isForRuntime)
  const results: Result[] = []
  const process = spawn(node, [child, script], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  process.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_BYTES)))
  const arm = () => setTimeout(() => process.kill('SIGKILL'), COMMAND_MS)
  let timer = arm()
  for await (const line of createInterface({ input: process.stdout })) {
    clearTimeout(timer)
    timer = arm()
    results.push(JSON.parse(line) as Result)
  }
  clearTimeout(timer)
  const why = process.killed
    ? `it takes more than ${COMMAND_MS / 1000} s`
    : `the process ended: ${lastLine(stderr)}`
  const rest = wanted.slice(results.length).map(({ line, type }, index) => ({
    name: `${line} ${type}`,
    outcome: failed(index === 0 ? why : 'the command before it did not end'),
  }))
  return { file, results: [...results, ...rest] }
}

const lastLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => /Error|error/.test(line))
    ?.slice(0, 300) ?? 'without a word'

export const unconverted = (file: string, problem: string): FileResult => ({
  file,
  results: [{ name: 'convert', outcome: { kind: 'refused', reason: problem } }],
})
