import { describe, expect, it } from 'vitest'
import type { Guest } from '../../../src/runtime/embedded/guests/guest.js'
import { TaskUsage } from '../../../src/runtime/embedded/run/usage.js'

/** A guest whose figures the test sets, until it is killed. */
class CountingGuest implements Guest {
  readonly pid = undefined
  isGone = false
  cpuSeconds: number
  diskReadBytes = 0
  diskWriteBytes = 0

  constructor(cpuSeconds: number) {
    this.cpuSeconds = cpuSeconds
  }

  counters() {
    if (this.isGone) return undefined
    const { cpuSeconds, diskReadBytes, diskWriteBytes } = this
    return { cpuSeconds, diskReadBytes, diskWriteBytes }
  }
  residentBytes(): undefined {
    return undefined
  }

  figures() {
    const counters = this.counters()
    return counters && { ...counters, memoryBytes: 100, threads: 2, fileDescriptors: undefined }
  }
  listen(): void {}
  post(): void {}
  holdOutput(): void {}
  kill(): void {
    this.isGone = true
  }
}

describe('TaskUsage', () => {
  it('subtracts what a guest had used before', () => {
    const guest = new CountingGuest(10)
    const usage = new TaskUsage(guest)
    guest.cpuSeconds = 12
    guest.diskWriteBytes = 5
    expect(usage.read()).toMatchObject({ cpuSeconds: 2, diskReadBytes: 0, diskWriteBytes: 5, threads: 2 })
  })

  it('adds up its guests, including those that have left', () => {
    const [first, second] = [new CountingGuest(10), new CountingGuest(20)]
    const usage = new TaskUsage(first)
    usage.take(second)
    first.cpuSeconds += 1
    second.cpuSeconds += 2
    expect(usage.read()).toMatchObject({ cpuSeconds: 3, memoryBytes: 200, threads: 4 })
    usage.take(second)
    second.cpuSeconds += 1
    usage.leave(second)
    second.cpuSeconds += 100
    expect(usage.read()).toMatchObject({ cpuSeconds: 4, memoryBytes: 100, threads: 2 })
    usage.take(second)
    second.cpuSeconds += 1
    expect(usage.read()).toMatchObject({ cpuSeconds: 5, memoryBytes: 200 })
  })

  it('keeps the last known figures of a guest that died', () => {
    const guest = new CountingGuest(10)
    const usage = new TaskUsage(guest)
    guest.cpuSeconds = 13
    usage.read()
    guest.kill()
    expect(usage.read()).toMatchObject({ cpuSeconds: 3, memoryBytes: undefined, threads: undefined })
    usage.leave(guest)
    expect(usage.read()).toMatchObject({ cpuSeconds: 3, memoryBytes: undefined })
  })

  it('omits what the host does not report', () => {
    const guest = new CountingGuest(10)
    guest.kill()
    expect(new TaskUsage(guest).read()).toMatchObject({ cpuSeconds: undefined, diskReadBytes: undefined })
  })
})
