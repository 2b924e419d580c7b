import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { HEAP_FLAGS } from '../../src/host/heap-flags.js'

/** Fills a heap, drops it all, and says when V8 has given most of it back. */
const BURST = `
  let kept = []
  for (let i = 0; i < 400_000; i++) kept.push({ i, text: 'x'.repeat(i % 50) + i })
  // Finishes a collection that has begun, which would otherwise continue whatever the flags are.
  gc()
  const full = process.memoryUsage().heapTotal
  kept = undefined
  const look = setInterval(() => {
    if (process.memoryUsage().heapTotal > full / 2) return
    clearInterval(look)
    console.log('small')
  }, 50)
`
const burst = async (flags: readonly string[], name: string): Promise<string> => {
  const child = spawn(process.execPath, [...flags, '--expose-gc', '-e', BURST], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  expect(String(said)).toBe('small\n')
  return name
}

/** Older versions wait as long with and without the flag. */
const waitsLonger = Number(process.versions.node.split('.')[0]) >= 26

it.runIf(waitsLonger)(
  '15.5 a heap goes back after a burst, sooner than V8 would by itself',
  async () => {
    const first = await Promise.race([burst(HEAP_FLAGS, 'ours'), burst(['--optimize-for-size'], 'by itself')])
    expect(first).toBe('ours')
  },
  60_000,
)
