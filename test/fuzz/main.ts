// `npm run fuzz -- [--inputs N] [--seed N] [--target NAME]… [--replay FILE]`: each target runs in its own process with
// a
// small heap. This process watches it, to report even an endless loop or a crash of the engine.
import { fork } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tryInput, type Report } from './campaign.js'
import { ROOT } from '../support/fixtures.js'
import type { Target } from './target.js'
import { TARGETS, targetOf } from './targets/index.js'
import type { Told } from './worker.js'

const INPUTS = 1_000_000
/** Milliseconds before an input counts as hanging. */
const STUCK_MS = 60_000
const HEAP_MB = 256
const MAX_GROWTH_BYTES = 32 * 1024 * 1024
const MAX_RESIDENT_BYTES = 800 * 1024 * 1024
const FOUND = join(ROOT, 'fuzz-found')
const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))

type Run = { readonly index: number; readonly report: Report | undefined; readonly residentBytes: number }

/** Resolves when the process has ended, or was killed; without a report, an input from `index` on is the cause. */
const runWorker = (args: readonly (string | number)[]): Promise<Run> =>
  new Promise((resolve) => {
    const child = fork(WORKER, args.map(String), {
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      serialization: 'advanced',
    })
    let run: Run = { index: 0, report: undefined, residentBytes: 0 }
    const stuck = setTimeout(() => child.kill('SIGKILL'), STUCK_MS)
    child.on('message', (told: Told) => {
      stuck.refresh()
      run = { ...run, ...told }
    })
    child.once('close', () => {
      clearTimeout(stuck)
      resolve(run)
    })
  })

const save = (target: Target, input: Uint8Array): string => {
  mkdirSync(FOUND, { recursive: true })
  const file = join(FOUND, `${target.name}-${Buffer.from(input).toString('base64url').slice(0, 12)}.bin`)
  writeFileSync(file, input)
  return file
}

/** Repeats the campaign with every input written to a file before it is run. */
const traced = async (target: Target, seed: number, inputs: number, from: number): Promise<string> => {
  mkdirSync(FOUND, { recursive: true })
  const file = join(FOUND, `${target.name}-lost.bin`)
  await runWorker([target.name, seed, inputs, from, file])
  return file
}

const verdictOf = async (target: Target, seed: number, inputs: number, run: Run): Promise<string> => {
  const { report } = run
  if (report === undefined)
    return `LOST, the process hung or crashed: ${await traced(target, seed, inputs, run.index)}`
  if (report.failure !== undefined) {
    const { index, input, why } = report.failure
    return `FAILED at input ${index}, ${save(target, input)}: ${why}`
  }
  if (report.accepted === 0) return 'FAILED: no input was accepted'
  if (report.growthBytes > MAX_GROWTH_BYTES) return `FAILED: grew by ${report.growthBytes} bytes`
  return run.residentBytes > MAX_RESIDENT_BYTES ? `FAILED: took ${run.residentBytes} bytes` : 'ok'
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Resolves to whether it succeeded. */
const fuzz = async (target: Target, seed: number, total: number): Promise<boolean> => {
  const startedAt = performance.now()
  const inputs = Math.ceil((target.share * total) / 1000)
  const run = await runWorker([target.name, seed, inputs])
  const verdict = await verdictOf(target, seed, inputs, run)
  const { accepted = 0, ends = 0, slowestMs = 0, growthBytes = 0 } = run.report ?? {}
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.log(
    `${target.name.padEnd(14)} ${inputs} inputs in ${seconds} s, ${accepted} accepted, ${ends} ends, ` +
      `slowest ${slowestMs.toFixed(1)} ms, growth ${mb(growthBytes)}, resident ${mb(run.residentBytes)}: ${verdict}`,
  )
  return verdict === 'ok'
}

const replay = async (target: Target, file: string): Promise<boolean> => {
  const opened = await target.open()
  const tried = await tryInput(opened, readFileSync(file), { maxMs: target.maxMs })
  await opened.close?.()
  console.log(tried)
  return tried.why === undefined
}

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: String(INPUTS) },
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      target: { type: 'string', multiple: true, default: TARGETS.map(({ name }) => name) },
      replay: { type: 'string' },
    },
  })
  const targets = values.target.map(targetOf)
  if (values.replay !== undefined) {
    const [target] = targets
    return target !== undefined && replay(target, values.replay)
  }
  console.log(`seed ${values.seed}`)
  const waiting = [...targets]
  const verdicts: boolean[] = []
  const next = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift())
      verdicts.push(await fuzz(target, Number(values.seed), Number(values.inputs)))
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, next))
  return verdicts.every(Boolean)
}

process.exitCode = (await main()) ? 0 : 1
