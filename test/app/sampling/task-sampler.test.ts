import { lastValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createTaskSampler } from '../../../src/app/sampling/task-sampler.js'
import type { Usage } from '../../../src/model/runtime.js'

const usage = (given: Partial<Usage>): Usage => ({
  elapsedMs: 0,
  cpuSeconds: undefined,
  diskReadBytes: undefined,
  diskWriteBytes: undefined,
  memoryBytes: undefined,
  threads: undefined,
  fileDescriptors: undefined,
  ...given,
})

const samplerOf = (usages: readonly (Usage | undefined)[]) => {
  const left = [...usages]
  const sampler = createTaskSampler({ usage: () => left.shift() }, 1000)?.('t')
  if (sampler === undefined) throw new Error('no sampler')
  return () => lastValueFrom(sampler())
}

describe('createTaskSampler', () => {
  it('reports CPU as a percentage of one core since the previous sample, first since the start', async () => {
    const sample = samplerOf([
      usage({ cpuSeconds: 0.5, elapsedMs: 1000 }),
      usage({ cpuSeconds: 2.5, elapsedMs: 2000 }),
      usage({ cpuSeconds: 2.5, elapsedMs: 4000 }),
    ])
    expect((await sample())?.cpuPercent).toBe(50)
    expect((await sample())?.cpuPercent).toBe(200)
    expect((await sample())?.cpuPercent).toBe(0)
  })

  it('reports all figures', async () => {
    const sample = samplerOf([
      {
        elapsedMs: 2000,
        cpuSeconds: 1,
        diskReadBytes: 2,
        diskWriteBytes: 3,
        memoryBytes: 250,
        threads: 4,
        fileDescriptors: 5,
      },
    ])
    expect(await sample()).toStrictEqual({
      cpuPercent: 50,
      memoryBytes: 250,
      memoryPercent: 25,
      diskReadBytes: 2,
      diskWriteBytes: 3,
      uptimeSeconds: 2,
      threadCount: 4,
      fileDescriptorCount: 5,
    })
  })

  it('omits unknown figures', async () => {
    const sample = samplerOf([usage({ elapsedMs: 1000 }), usage({ cpuSeconds: 0 }), undefined])
    expect(await sample()).toMatchObject({ cpuPercent: undefined, memoryPercent: undefined })
    expect((await sample())?.cpuPercent).toBeUndefined()
    expect(await sample()).toBeUndefined()
  })

  it('is undefined for a runtime that reports no usage', () => {
    expect(createTaskSampler({})).toBeUndefined()
  })
})
