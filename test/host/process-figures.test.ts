import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  addFigures,
  readCounters,
  readFigures,
  readResidentBytes,
  readThreadCounters,
  readTreeFigures,
} from '../../src/host/process-figures.js'
import { ProcessFiles } from '../../src/host/process-files.js'

const none = {
  cpuSeconds: undefined,
  diskReadBytes: undefined,
  diskWriteBytes: undefined,
  memoryBytes: undefined,
  threads: undefined,
  fileDescriptors: undefined,
}

describe.runIf(process.platform === 'linux')('the figures of a process', () => {
  it('are those of this process', () => {
    const before = readFigures(process.pid)?.cpuSeconds ?? Infinity
    const own = process.cpuUsage()
    while (process.cpuUsage(own).user < 50_000) Math.hypot(own.user, own.system)
    const figures = readFigures(process.pid)
    const { user, system } = process.cpuUsage(own)
    const spent = (figures?.cpuSeconds ?? 0) - before
    expect(spent).toBeGreaterThan(0)
    // The kernel accounts in steps.
    expect(spent).toBeLessThan((user + system) / 1e6 + 0.05)
    expect(Math.abs((figures?.memoryBytes ?? 0) - process.memoryUsage().rss)).toBeLessThan(16e6)
    expect(figures?.threads).toBeGreaterThan(1)
    expect(figures?.fileDescriptors).toBeGreaterThan(3)
    expect(figures?.diskReadBytes).toBeGreaterThanOrEqual(0)
  })

  it('include those of its descendants', async () => {
    const shell = spawn('/bin/sh', ['-c', 'sleep 60 & echo; wait'], { detached: true })
    onTestFinished(() => void process.kill(-(shell.pid ?? 0), 'SIGKILL'))
    await once(shell.stdout, 'data')
    const pid = shell.pid ?? 0
    await expect.poll(() => readTreeFigures(pid)?.threads).toBe(2)
    expect(readFigures(pid)?.threads).toBe(1)
    expect(readTreeFigures(pid)?.memoryBytes).toBeGreaterThan(readFigures(pid)?.memoryBytes ?? Infinity)
  })

  it('are undefined once it is gone', async () => {
    const child = spawn('/bin/true')
    await once(child, 'close')
    const pid = child.pid ?? 0
    expect(readCounters(pid)).toBeUndefined()
    expect(readFigures(pid)).toBeUndefined()
    expect(readResidentBytes(pid)).toBeUndefined()
    expect(readTreeFigures(pid)).toBeUndefined()
    expect(readThreadCounters(pid)).toBeUndefined()
  })

  it('can be read again and again from files that stay open, until it is gone', async () => {
    const child = spawn('/bin/cat')
    const pid = child.pid ?? 0
    // Its figures no longer change: it has started and waits for input.
    const echo = once(child.stdout, 'data')
    child.stdin.write('x')
    await echo
    const files = new ProcessFiles(pid)
    onTestFinished(() => files.close())
    expect(files.counters()).toStrictEqual(readCounters(pid))
    expect(files.counters()?.cpuSeconds).toBeGreaterThanOrEqual(0)
    expect(files.figures()).toStrictEqual(readFigures(pid))
    expect(files.residentBytes()).toBe(readResidentBytes(pid))
    child.stdin.end()
    await once(child, 'close')
    expect([files.counters(), files.figures(), files.residentBytes()]).toStrictEqual(Array(3).fill(undefined))

    const none = new ProcessFiles(pid)
    expect(none.figures()).toBeUndefined()
    none.close()
  })

  it('are those of one thread alone', () => {
    const main = readThreadCounters(process.pid)
    const { user, system } = process.cpuUsage()
    expect(main?.cpuSeconds).toBeLessThan((user + system) / 1e6 + 0.05)
    expect(main?.diskWriteBytes).toBeGreaterThanOrEqual(0)
  })
})

describe('figures that are added', () => {
  it('stay unknown where neither is known', () => {
    const one = { ...none, cpuSeconds: 1, threads: 2 }
    const other = { ...none, cpuSeconds: 2, memoryBytes: 3 }
    expect(addFigures(one, other)).toStrictEqual({ ...none, cpuSeconds: 3, threads: 2, memoryBytes: 3 })
    expect(addFigures(one, undefined)).toStrictEqual(one)
  })
})
