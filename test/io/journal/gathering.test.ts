import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Gathering } from '../../../src/io/journal/gathering.js'

describe('gathering', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const counted = () => {
    const work = vi.fn(() => Promise.resolve())
    return { work, gathering: new Gathering(work, { ms: 4, calls: 3 }) }
  }

  it('shares work between callers that come within its time', async () => {
    const { work, gathering } = counted()
    const [first, second] = [gathering.join(), gathering.join()]
    await vi.advanceTimersByTimeAsync(3)
    expect(work).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await Promise.all([first, second])
    expect(work).toHaveBeenCalledTimes(1)
  })

  it('waits for no one once enough have come; all of the same turn share it', async () => {
    const { work, gathering } = counted()
    await Promise.all([1, 2, 3, 4].map(() => gathering.join()))
    expect(work).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('works again for a caller that comes after the work has begun', async () => {
    const { work, gathering } = counted()
    await Promise.all([1, 2, 3].map(() => gathering.join()))
    const late = gathering.join()
    await vi.advanceTimersByTimeAsync(4)
    await late
    expect(work).toHaveBeenCalledTimes(2)
  })

  it('rejects all of its callers if the work does, and only those', async () => {
    const { work, gathering } = counted()
    work.mockRejectedValueOnce(new Error('disk'))
    const results = await Promise.allSettled([1, 2, 3].map(() => gathering.join()))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await expect(Promise.all([1, 2, 3].map(() => gathering.join()))).resolves.toHaveLength(3)
  })
})
