import { describe, expect, it } from 'vitest'
import { fixture, ISOLATIONS, MIB, run, runtimeOfTest } from './harness.js'

const KIB = 1024
const typed = fixture('components/typed')

describe.each(ISOLATIONS)('C27 (14.8): a large result (%s)', (isolation) => {
  const outcome = async (text: string, outputMaxBytes: number) => {
    const runtime = await runtimeOfTest({ isolation, outputMaxBytes })
    const inputs = [JSON.stringify(text)]
    return (await run(runtime, { binary: typed, name: 'echo-string', inputs })).outcome
  }

  it.each([
    ['of 300 KiB', 'a'.repeat(300 * KIB), 512 * KIB],
    ['up to the limit', 'a'.repeat(512 * KIB - 2), 512 * KIB],
    ['whose JSON takes twice its room', '\\"'.repeat(120 * KIB), 512 * KIB],
    ['of a megabyte, where that is allowed', 'ä'.repeat(500 * KIB), MIB],
  ])('arrives: %s', async (_, text, limit) => {
    const { kind, results } = await outcome(text, limit)
    expect([kind, results.length]).toStrictEqual(['completed', JSON.stringify(text).length])
    expect(results === JSON.stringify(text)).toBe(true)
  })

  it('is cut off by the output limit, which the error names', async () => {
    expect(await outcome('a'.repeat(513 * KIB), 512 * KIB)).toMatchObject({
      kind: 'failed',
      code: 'output',
      error: expect.stringContaining('output limit of 512 KiB exceeded by the result') as string,
    })
  })
})
