import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { HeapBalance } from '../../src/host/heap-balance.js'

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

it('15.3 stores compiled code under the flags of the start, and goes on with those for speed', async () => {
  setFlagsFromString('--optimize-for-size')
  onTestFinished(() => setFlagsFromString('--no-optimize-for-size'))
  const atStart = compiled()
  const heap = new HeapBalance()
  heap.preferSpeed(true)
  expect(await isRefused(atStart)).toBe(true)
  const stored: Buffer[] = []
  heap.withFlagsOfStart(() => stored.push(compiled()))
  expect(await isRefused(atStart)).toBe(true)
  heap.preferSpeed(false)
  expect(await Promise.all([...stored, atStart].map(isRefused))).toEqual([false, false])
})
