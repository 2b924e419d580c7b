import { describe, expect, it } from 'vitest'
import type { TaskSample } from '../../../src/model/task-sample.js'
import { createAggregate } from '../../../src/streams/background/aggregate.js'

const sample = (given: Partial<TaskSample>): TaskSample => ({
  cpuPercent: undefined,
  memoryBytes: undefined,
  memoryPercent: undefined,
  diskReadBytes: undefined,
  diskWriteBytes: undefined,
  uptimeSeconds: 1,
  threadCount: undefined,
  fileDescriptorCount: undefined,
  ...given,
})

describe('createAggregate', () => {
  it('is empty without history', () => {
    expect(createAggregate(0)(sample({ cpuPercent: 1 }))).toBeNull()
  })

  it('computes mean, maximum and totals', () => {
    const aggregate = createAggregate(10)
    aggregate(sample({ cpuPercent: 30, memoryBytes: 3, diskReadBytes: 1, diskWriteBytes: 2 }))
    expect(
      aggregate(sample({ cpuPercent: 10, memoryBytes: 4, diskReadBytes: 5, diskWriteBytes: 2 })),
    ).toStrictEqual({
      avg_cpu_usage: 20,
      max_cpu_usage: 30,
      avg_memory_usage: 4,
      max_memory_usage: 4,
      total_disk_read: 5,
      total_disk_write: 2,
      sample_count: 2,
    })
  })

  it('leaves out unknown figures, and does not count samples without them', () => {
    const aggregate = createAggregate(2)
    expect(aggregate(sample({}))).toStrictEqual({ sample_count: 1 })
    expect(aggregate(sample({ cpuPercent: 8 }))).toMatchObject({ avg_cpu_usage: 8, sample_count: 2 })
    expect(aggregate(sample({ cpuPercent: 4 }))).toMatchObject({ avg_cpu_usage: 6, sample_count: 2 })
    aggregate(sample({}))
    expect(aggregate(sample({}))).toStrictEqual({ sample_count: 2 })
  })

  it.each([1, 2, 3, 7])(
    'covers the last %i samples, with the same result as adding them up each time',
    (size) => {
      const aggregate = createAggregate(size)
      const values = Array.from({ length: 200 }, (_, i) => (i * 7919) % 31)
      values.forEach((value, i) => {
        const last = values.slice(Math.max(0, i + 1 - size), i + 1)
        const told = aggregate(sample({ cpuPercent: value }))
        expect(told?.sample_count).toBe(last.length)
        expect(told?.max_cpu_usage).toBe(Math.max(...last))
        expect(told?.avg_cpu_usage).toBeCloseTo(last.reduce((sum, each) => sum + each, 0) / last.length)
      })
    },
  )
})
