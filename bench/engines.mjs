// Measures components on the linker and on jco, in the same run: first run (compile or transpile), warm run, memory of the child.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { lastValueFrom, NEVER, toArray } from 'rxjs'
import { createEmbeddedRuntime } from '../dist/runtime/embedded/embedded.js'
import { fixture } from './support/modules.mjs'

const ROUNDS = 15
const ignore = () => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const TASKS = [
  ['hello (WASI command)', 'hello', { name: '_start', inputs: ['out=x'] }],
  ['typed (a call with text)', 'typed', { name: 'echo-string', inputs: ['"x"'] }],
]

const residentMb = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const measure = async (componentEngine, bytes, task) => {
  const runtime = createEmbeddedRuntime({
    ...{ isolation: 'process', componentEngine, warm: 1, maxIdle: 1, dirs: [], timeoutMs: 60_000 },
    ...{ memoryMaxBytes: 256 * 1024 * 1024, outputMaxBytes: 1024 * 1024, log },
  })
  await runtime.ready()
  const binary = {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
    content: { bytes },
  }
  const once = async () => {
    const startedAt = performance.now()
    const request = { id: 'a', cliArgs: [], env: {}, daemon: false, binary, ...task }
    const events = await lastValueFrom(runtime.run(request, NEVER).pipe(toArray()))
    const { outcome } = events.at(-1)
    if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome))
    return performance.now() - startedAt
  }
  const first = await once()
  const warm = []
  for (let round = 0; round < ROUNDS; round++) warm.push(await once())
  const memory = Math.max(...runtime.pids().map(residentMb))
  await runtime.close()
  return { first, warm: median(warm), memory }
}

console.log(`Node.js ${process.version}`)
for (const [title, name, task] of TASKS)
  for (const engine of ['linker', 'jco', 'linker', 'jco']) {
    const { first, warm, memory } = await measure(engine, fixture(`components/${name}`), task)
    console.log(
      `${title}, ${engine}: first ${first.toFixed(1)} ms, warm ${warm.toFixed(2)} ms, child ${memory.toFixed(0)} MB`,
    )
  }
