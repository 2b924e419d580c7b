import { cpSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { stop } from '../../support/model.js'
import { realDisk, type Disk } from '../../../src/io/journal/disk.js'
import {
  faultyDisk,
  filesOf,
  killed,
  leftIn,
  MEBIBYTE,
  message,
  open,
  packet,
  quickDisk,
  resultOf,
  stateDirectory,
  take,
  takeWaiting,
} from './harness.js'

describe('a full journal', () => {
  it('refuses commands, with the reason, until there is room again, but keeps room for results', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory, { maxBytes: MEBIBYTE })
    const content = message('x'.repeat(64 * 1024))
    const sequences: number[] = []
    for (let i = 0; i < 10; i++) {
      const sequence = take(journal, `t${i}`, { restart: true }, content)
      if (sequence !== undefined) sequences.push(sequence)
    }
    // Beyond a quarter of the journal, the content is not kept, so the task would not run again.
    expect(sequences).toHaveLength(10)
    const again = sequences.filter((each) => journal.runsAgain(each))
    expect(again.length).toBeGreaterThan(1)
    expect(again.length).toBeLessThan(5)

    let i = 0
    for (; journal.obstacle === undefined; i++) take(journal, 'filler'.repeat(1000) + String(i))
    expect(journal.obstacle).toMatch(/^the journal is full: it holds \d+ live bytes$/)
    expect(take(journal, 'one more')).toBeUndefined()
    expect(journal.stats.refused).toBe(1)
    const kept = journal.recordResult(resultOf('t0', sequences[0]))
    expect(kept.sequence).toBeDefined()
    for (const each of sequences) journal.close(each)
    expect(journal.obstacle).toBeUndefined()
    expect(take(journal, 'one more')).toBeDefined()
    expect(leftIn((await open(await killed(directory))).journal).length).toBe(i + 2)
  })

  it('keeps results in memory only, and counts them, if there is no room even for those', async () => {
    const directory = stateDirectory()
    const { journal, logged } = await open(directory, { maxBytes: MEBIBYTE })
    const sequences = Array.from({ length: 12 }, (_, i) => take(journal, `t${i}`))
    const kept = sequences.map((sequence, i) =>
      journal.recordResult(resultOf(`t${i}`, sequence, 'y'.repeat(64 * 1024))),
    )
    const records = kept.flatMap(({ sequence }) => sequence ?? [])
    expect(records.length).toBeGreaterThan(3)
    expect(journal.stats).toMatchObject({ unkept: 12 - records.length, commands: 0, results: records.length })
    expect(logged.filter((line) => line.includes('in memory only'))).toHaveLength(1)
    expect(leftIn((await open(await killed(directory))).journal)).toHaveLength(records.length)
  })
})

describe('files', () => {
  it('stay below the limit, however much is written, and lose no live record', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory, { maxBytes: MEBIBYTE })
    const longLived = take(journal, 'long', { restart: true }, message('kept '.repeat(2000)))
    take(journal, 'packet', {}, message('', { packet: packet(7) }))
    const { sequence = -1 } = journal.recordResult({ ...resultOf('long', longLived, 'waits'), more: true })
    journal.sent(sequence, 99)
    journal.rerun(longLived ?? -1)
    let most = 0
    for (let i = 0; i < 400; i++) {
      const sequence = take(journal, `t${i}`)
      journal.settle(journal.recordResult(resultOf(`t${i}`, sequence, 'z'.repeat(10_000))).sequence ?? -1)
      most = Math.max(most, journal.stats.bytes)
      await journal.durable()
    }
    expect(journal.stats).toMatchObject({ commands: 2, results: 1, refused: 0, failures: 0 })
    expect(most).toBeLessThan(MEBIBYTE)
    expect(filesOf(directory).length).toBeLessThan(10)
    const after = (await open(await killed(directory))).journal
    expect(leftIn(after)).toEqual([
      `again ${'kept '.repeat(2000)}`,
      'interrupted packet',
      'result {"task_id":"long","results":"waits"}',
    ])
    expect(after.packets).toEqual([packet(7)])
    expect(after.flight(sequence)).toEqual({ messageId: 99, isReleased: false })
  })

  it('do not accumulate over restarts', async () => {
    let directory = stateDirectory()
    for (let i = 0; i < 70; i++) {
      const { journal } = await open(directory, { disk: quickDisk })
      if (i === 0) take(journal, 'first')
      await journal.end()
    }
    const { journal } = await open(directory, { disk: quickDisk })
    take(journal, 'last')
    await journal.durable()
    await expect.poll(() => filesOf(directory).length).toBeLessThanOrEqual(65)
    directory = await killed(directory)
    expect(leftIn((await open(directory)).journal)).toEqual(['interrupted first', 'interrupted last'])
  })
})

describe.each(['ENOSPC', 'EIO', 'a short write'])('a disk that fails to write: %s', (fault) => {
  it('accepts no command once a write has failed, with one log line, until it works again; then nothing is missing', async () => {
    const directory = stateDirectory()
    const { disk, faults } = faultyDisk()
    const { journal, logged } = await open(directory, { disk })
    const [before, closed] = [take(journal, 'before'), take(journal, 'closed')]
    const fail = (isFailing: boolean) => {
      if (fault === 'a short write') faults.short = isFailing
      else faults.write = isFailing ? fault : undefined
    }
    fail(true)
    // Before the first write nothing is known of the disk.
    expect(takeWaiting(journal, 'first')).toBeDefined()
    await setImmediate()
    expect(take(journal, 'refused')).toBeUndefined()
    expect(take(journal, 'refused too')).toBeUndefined()
    expect(journal.obstacle).toMatch(/^the journal cannot be written: /)
    journal.close(closed ?? -1)
    journal.record(stop('before'), message('', { packet: packet(3) }))
    const unkept = journal.recordResult(resultOf('before', before))
    expect(unkept.sequence).toBeUndefined()
    expect(journal.stats).toMatchObject({ refused: 2, unkept: 1, commands: 1 })
    expect(leftIn((await open(await killed(directory))).journal)).toEqual([
      'interrupted before',
      'interrupted closed',
    ])

    fail(false)
    expect(take(journal, 'after')).toBeDefined()
    expect(journal.obstacle).toBeUndefined()
    const found = await open(await killed(directory))
    expect(leftIn(found.journal)).toEqual(['again payload', 'interrupted after'])
    expect(found.logged.filter((line) => !line.startsWith('info'))).toEqual([])
    expect(logged.filter((line) => line.includes('refusing tasks'))).toHaveLength(1)
    expect(logged).toContain('info Journal works again')
  })
})

describe('a command that was taken when the disk began to fail', () => {
  const taken = async () => {
    const directory = stateDirectory()
    const { disk, faults } = faultyDisk()
    const { journal } = await open(directory, { disk })
    await journal.durable()
    faults.write = 'ENOSPC'
    const sequence = takeWaiting(journal, 'taken', {}, message('T', { packet: packet(5) })) ?? -1
    const acknowledged = vi.fn()
    const durable = journal.durable()?.then(acknowledged)
    await expect.poll(() => journal.stats.failures).toBeGreaterThan(1)
    expect(acknowledged).not.toHaveBeenCalled()
    return { directory, journal, faults, sequence, durable, acknowledged }
  }

  it('is not acknowledged before it is written, because only the broker would have it', async () => {
    const { directory, faults, durable } = await taken()
    expect(leftIn((await open(await killed(directory))).journal)).toEqual([])
    faults.write = undefined
    await durable
    expect(leftIn((await open(await killed(directory))).journal)).toEqual(['again T'])
  })

  it('is acknowledged once it is answered, so that the broker does not wait for the disk', async () => {
    const { journal, sequence, durable } = await taken()
    expect(journal.recordResult(resultOf('taken', sequence)).sequence).toBeUndefined()
    await durable
    expect(journal.obstacle).toBeDefined()
  })

  it('is not acknowledged if syncs fail, too, or the journal is closed', async () => {
    const { journal, faults, acknowledged } = await taken()
    faults.sync = 'EIO'
    const other = vi.fn()
    void journal.durable()?.then(other)
    await journal.end()
    await setImmediate()
    expect(journal.durable()).toBeDefined()
    expect(acknowledged).not.toHaveBeenCalled()
    expect(other).not.toHaveBeenCalled()
  })
})

it('has a command on disk when a guest begins, in the same turn, also one that there is no room to run again', async () => {
  const directory = stateDirectory()
  const { journal } = await open(directory, { maxBytes: MEBIBYTE })
  for (let i = 0; i < 10; i++) take(journal, `t${i}`, { restart: true }, message('x'.repeat(64 * 1024)))
  take(journal, 'begun', {}, message('x'.repeat(64 * 1024)))
  const copy = stateDirectory()
  cpSync(directory, copy, { recursive: true })
  expect(leftIn((await open(copy)).journal)).toContain('interrupted begun')
})

describe('15.6 a large message', () => {
  const large = () => message('x'.repeat(100 * 1024))

  it('is written from where it is, without a copy', async () => {
    const directory = stateDirectory()
    const written: Uint8Array[] = []
    const disk: Disk = {
      ...quickDisk,
      write: (fd, content, position) => {
        written.push(content)
        return realDisk.write(fd, content, position)
      },
    }
    const { journal } = await open(directory, { disk })
    const content = large()
    take(journal, 'a', { restart: true }, content)
    expect(written).toContain(content.payload)
    const { journal: found } = await open(await killed(directory))
    expect(leftIn(found)).toEqual([`again ${Buffer.from(content.payload).toString()}`])
  })

  it('leaves nothing behind where only its beginning could be written', async () => {
    const directory = stateDirectory()
    let isFull = false
    const disk: Disk = {
      ...quickDisk,
      write: (fd, content, position) => {
        if (isFull && content.length > MEBIBYTE / 16) throw new Error('no space left on device')
        return realDisk.write(fd, content, position)
      },
    }
    const { journal } = await open(directory, { disk })
    take(journal, 'before')
    isFull = true
    expect(take(journal, 'refused', { restart: true }, large())).toBeUndefined()
    isFull = false
    take(journal, 'after')
    const { journal: found, logged } = await open(await killed(directory))
    expect(leftIn(found)).toEqual(['interrupted before', 'interrupted after'])
    expect(found.stats).toMatchObject({ damagedBytes: 0 })
    expect(logged.filter((line) => !line.startsWith('info'))).toEqual([])
  })
})

it('writes all live records again, to a new file, after a failed sync', async () => {
  const directory = stateDirectory()
  const { disk, faults } = faultyDisk()
  const { journal, logged } = await open(directory, { disk })
  take(journal, 'a', { restart: true }, message('A'))
  journal.recordResult({ ...resultOf('a', take(journal, 'b')), more: true })
  faults.sync = 'EIO'
  take(journal, 'c')
  // It does not wait any longer; otherwise the broker would wait forever.
  await journal.durable()
  expect(journal.durable()).toBeUndefined()
  expect(journal.obstacle).toBe('the journal cannot be written: EIO: the disk fails')
  expect(take(journal, 'refused')).toBeUndefined()
  const [suspect = ''] = filesOf(directory)

  faults.sync = undefined
  await expect.poll(() => journal.obstacle, { timeout: 5000 }).toBeUndefined()
  expect(filesOf(directory)).not.toContain(suspect)
  expect(leftIn((await open(await killed(directory))).journal)).toEqual([
    'again A',
    'interrupted b',
    'interrupted c',
    'result {"task_id":"a","results":"done"}',
  ])
  take(journal, 'd')
  await journal.durable()
  expect(journal.stats).toMatchObject({ commands: 4, refused: 1 })
  expect(logged.filter((line) => line.startsWith('error'))).toHaveLength(1)
})

it('shares one sync among all waiting callers', async () => {
  const { disk } = faultyDisk()
  let syncs = 0
  const counting = { ...disk, sync: (fd: number) => ((syncs += 1), disk.sync(fd)) }
  const { journal } = await open(stateDirectory(), { disk: counting })
  const waits = Array.from({ length: 200 }, (_, i) => {
    take(journal, `t${i}`)
    return journal.durable() ?? Promise.resolve()
  })
  await Promise.all(waits)
  expect(syncs).toBeLessThanOrEqual(3)
})
