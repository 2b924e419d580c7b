import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readResidentBytes, Watchdog } from '../../../src/runtime/embedded/watchdog.js'
import { findWrapper } from '../../../src/runtime/embedded/wrapper.js'
import { MIB } from './harness.js'

describe('the watchdog', () => {
  it('reads what the system knows of a process', () => {
    const { rss } = process.memoryUsage()
    expect(Math.abs((readResidentBytes(process.pid) ?? 0) - rss)).toBeLessThan(16 * MIB)
    expect(readResidentBytes(2 ** 30)).toBeUndefined()
  })

  it('tells once of a process beyond its limit, and leaves others alone', async () => {
    const watchdog = new Watchdog()
    const within = vi.fn()
    const seen: number[] = []
    const endWithin = watchdog.watch(process.ppid, Infinity, within)
    await new Promise<void>((resolve) => {
      watchdog.watch(process.pid, MIB, (residentBytes) => {
        seen.push(residentBytes)
        watchdog.watch(process.pid, MIB, () => resolve())
      })
    })
    endWithin()
    expect(seen).toHaveLength(1)
    expect(seen[0]).toBeGreaterThan(MIB)
    expect(within).not.toHaveBeenCalled()
  })
})

describe('the wrapper of children', () => {
  it('is empty where there are no tools', async () => {
    expect(await findWrapper(['/nowhere'])).toStrictEqual([])
  })

  it('leaves out a tool that does not know the options', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'proplet-tools-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    writeFileSync(join(directory, 'setpriv'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    writeFileSync(join(directory, 'prlimit'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const wrapper = await findWrapper([directory])
    expect(wrapper[0]).toBe(join(directory, 'prlimit'))
    expect(wrapper).not.toContain(join(directory, 'setpriv'))
  })
})
