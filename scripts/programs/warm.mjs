import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { lastValueFrom, NEVER } from 'rxjs'
import { createEmbeddedRuntime } from '../../dist/runtime/embedded/embedded.js'
import { median } from './run.mjs'

const silent = () => undefined
const EVERYWHERE = { rules: [{ host: '*', port: undefined }], tls: { ca: undefined, verify: true } }

const binaryOf = (path) => {
  const bytes = readFileSync(path)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  return { digest, size: bytes.length, content: { bytes } }
}

/** The peak of the largest child, in MB; undefined if there is none, as after a trap. */
const peakOf = (pids) => {
  if (pids.length === 0) return undefined
  const peaks = pids.map((pid) => {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return Number(kilobytes) / 1024
  })
  return Math.max(...peaks)
}

/** Standard output and the exit code of a program, as the runtime reports them of a task. */
const endOf = ({ kind, code, error, results }) => {
  if (kind === 'completed') return { stdout: results, status: 0 }
  if (code === 'exit') return { stdout: results, status: Number(/status (\d+)/.exec(error)?.[1]) }
  if (code === 'trap') return { stdout: results, status: 134 }
  throw new Error(error)
}

async function runTwice(
  binary,
  { args = [], env = {}, flags = [], dir = false, task = '_start', ...rest },
  { data, dirs },
) {
  const runtime = createEmbeddedRuntime({
    isolation: 'process',
    warm: 1,
    maxIdle: 2,
    dirs: dirs.map(([hostPath, guestPath]) => ({ hostPath, guestPath })),
    ...(flags.some((flag) => /network|lookup/.test(flag)) && { network: EVERYWHERE }),
    timeoutMs: 120_000,
    memoryMaxBytes: 2 ** 30,
    outputMaxBytes: 2 ** 24,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  await runtime.ready()
  const once = async () => {
    if (dir) data.prepare(rest)
    const startedAt = performance.now()
    const request = { id: 'x', name: task, binary, inputs: args, cliArgs: [], env, daemon: false }
    const { outcome } = await lastValueFrom(runtime.run(request, NEVER))
    return { ...endOf(outcome), ms: performance.now() - startedAt }
  }
  try {
    await once()
    const second = await once()
    return { ...second, megabytes: peakOf(runtime.pids()), files: dir ? data.written() : '' }
  } finally {
    await runtime.close()
  }
}

/** The second run of a binary in a runtime that is up, as tasks of a daemon are; several times, each in a runtime of its own. */
export async function runWarm(path, options, { data, dirs, runs }) {
  const binary = binaryOf(path)
  const all = []
  for (let count = 0; count < runs; count += 1) all.push(await runTwice(binary, options, { data, dirs }))
  return { ...all[0], ms: median(all.map(({ ms }) => ms)) }
}
