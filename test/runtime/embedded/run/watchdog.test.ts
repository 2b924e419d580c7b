import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Watchdog } from '../../../../src/runtime/embedded/run/watchdog.js'
import { findWrapper } from '../../../../src/runtime/embedded/guests/wrapper.js'
import { readResidentBytes } from '../../../../src/host/process-figures.js'
import { MIB } from '../harness.js'

describe('the watchdog', () => {
  it('reports a process beyond its limit once, and ignores others', async () => {
    const watchdog = new Watchdog()
    const own = () => readResidentBytes(process.pid)
    const within = vi.fn()
    const seen: number[] = []
    const endWithin = watchdog.watch(() => 10 * MIB, 10 * MIB, within)
    watchdog.watch(() => undefined, 0, within)
    await new Promise<void>((resolve) => {
      watchdog.watch(own, MIB, (residentBytes) => {
        seen.push(residentBytes)
        watchdog.watch(own, MIB, () => resolve())
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

  it('leaves out a tool that does not support the options', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'proplet-tools-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    writeFileSync(join(directory, 'setpriv'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    writeFileSync(join(directory, 'prlimit'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const wrapper = await findWrapper([directory])
    expect(wrapper[0]).toBe(join(directory, 'prlimit'))
    expect(wrapper).not.toContain(join(directory, 'setpriv'))
  })
})
