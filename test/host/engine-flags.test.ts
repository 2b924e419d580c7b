import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { EngineFlags } from '../../src/host/engine-flags.js'

const SOURCE = '(function () { return 15.3 })'
const compiled = (): Buffer => new Script(SOURCE).createCachedData()

const CHECK = `
  const { parentPort, workerData: { source, cachedData } } = require('node:worker_threads')
  const { Script } = require('node:vm')
  parentPort.postMessage(new Script(source, { cachedData }).cachedDataRejected)
`
/** Whether V8 refuses the cached data; in a thread, because this one has already compiled the source. */
const isRefused = async (cachedData: Buffer): Promise<unknown> => {
  const worker = new Worker(CHECK, { eval: true, workerData: { source: SOURCE, cachedData } })
  const [refused] = (await once(worker, 'message')) as [unknown]
  await once(worker, 'exit')
  return refused
}

/** V8's own. */
const REVERSED = ['--no-optimize-for-size', '--gc-memory-reducer-start-delay-ms=8000']
const reverse = () => {
  for (const flag of REVERSED) setFlagsFromString(flag)
}

it('15.5 stores compiled code under the flags of the start, before the first flag is set, and only then', async () => {
  reverse()
  onTestFinished(reverse)
  const stored: Buffer[] = []
  const engine = new EngineFlags(() => stored.push(compiled()))
  const atStart = compiled()
  expect(await isRefused(atStart)).toBe(false)
  engine.preferSpeed(false)
  expect(stored).toEqual([])
  engine.set()
  expect(await isRefused(atStart)).toBe(true)
  engine.set()
  engine.preferSpeed(true)
  engine.preferSpeed(false)
  expect(stored).toHaveLength(1)
  reverse()
})

it('15.3 prefers a small heap but while tasks are dense', async () => {
  reverse()
  onTestFinished(reverse)
  const stored: Buffer[] = []
  const engine = new EngineFlags(() => stored.push(compiled()))
  engine.set()
  const small = compiled()
  engine.preferSpeed(true)
  expect(await isRefused(small)).toBe(true)
  expect(stored).toHaveLength(1)
})
