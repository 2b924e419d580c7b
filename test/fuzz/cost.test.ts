import { expect, it } from 'vitest'
import { tryInput } from './campaign.js'
import { memoryOf } from './cost.js'

const input = new Uint8Array(1000)
const open = (run: () => void) => ({ run: () => (run(), 'accepted') })
/** Uses the processor for this many milliseconds. */
const busyFor = (ms: number) => {
  const before = process.cpuUsage()
  for (let busy = 0; busy < ms;) {
    const { user, system } = process.cpuUsage(before)
    busy = (user + system) / 1000
  }
}

it('issue 14.1: an input that keeps its thread busy fails, and one that waits does not', async () => {
  expect(
    await tryInput(
      open(() => busyFor(100)),
      input,
    ),
  ).toMatchObject({ why: expect.stringMatching(/ms of its thread/) as string })
  const waits = { run: () => new Promise<string>((resolve) => setTimeout(() => resolve('accepted'), 100)) }
  expect(await tryInput(waits, input)).toMatchObject({ end: 'accepted' })
})

it('issue 14.1: an input that takes much more memory than its size fails, the same way each time', async () => {
  let kept: unknown
  const make = (count: number) => open(() => (kept = Array.from({ length: count }, (_, i) => ({ i }))))
  for (let n = 0; n < 3; n++) {
    expect(await tryInput(make(10), input, { isHeavy: true })).toMatchObject({ end: 'accepted' })
    kept = undefined
    expect(await memoryOf(() => make(400_000).run())).toBeGreaterThan(8_000_000)
    kept = undefined
  }
  expect(kept).toBeUndefined()
})
