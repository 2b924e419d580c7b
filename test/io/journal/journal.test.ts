import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { PART_BYTES } from '../../../src/io/journal/contents.js'
import { realDisk, type Disk } from '../../../src/io/journal/disk.js'
import { HEAD_BYTES } from '../../../src/io/journal/head.js'
import { journalDirectory, type Journal } from '../../../src/io/journal/index.js'
import { invoke, stop } from '../../support/model.js'
import {
  faultyDisk,
  filesOf,
  IDENTITY,
  killed,
  leftIn,
  MEBIBYTE,
  message,
  open,
  packet,
  quickDisk,
  resultOf,
  rewrite,
  stateDirectory,
  take,
  takeWaiting,
} from './harness.js'

/** What the next process finds if this one is killed now. */
const next = async (directory: string): Promise<string[]> =>
  leftIn((await open(await killed(directory))).journal)

describe('a command', () => {
  it('is found by the next process until its result is recorded, and the result until it is settled', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = take(journal, 't')
    expect(await next(directory)).toEqual(['interrupted t'])
    const result = journal.recordResult(resultOf('t', sequence, '30'))
    expect(await next(directory)).toEqual(['result {"task_id":"t","results":"30"}'])
    journal.settle(result.sequence ?? -1)
    journal.flush()
    expect(await next(directory)).toEqual([])
  })

  it("remains after a result that is not its last, such as that of a daemon's start", async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = take(journal, 'd', { daemon: true })
    journal.recordResult({ ...resultOf('d', sequence, ''), more: true })
    expect(await next(directory)).toEqual(['interrupted d', 'result {"task_id":"d","results":""}'])
    journal.close(sequence ?? -1)
    expect(await next(directory)).toEqual(['result {"task_id":"d","results":""}'])
  })

  it('is found with what must be answered: an invocation, named or not, or a refused command', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    for (const name of ['one', undefined]) journal.begin(journal.record(invoke('l', name), message()) ?? -1)
    journal.record(
      {
        type: 'rejected',
        subtopic: 's',
        reason: 'r',
        task: { id: 'bad', broadcast: false, propletId: undefined },
      },
      message(),
    )
    expect(await next(directory)).toEqual([
      'interrupted l invocation one',
      'interrupted l invocation -',
      'interrupted bad',
    ])
  })

  it('of a federated round is found with the variables that its answer needs, and no others', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'fl', { env: { ROUND_ID: 'r1', FL_NUM_SAMPLES: '3', SECRET: 'x' } })
    take(journal, 'plain', { env: { SECRET: 'x' } })
    const { unfinished: left } = (await open(await killed(directory))).journal
    expect(left).toMatchObject([{ env: { ROUND_ID: 'r1', FL_NUM_SAMPLES: '3' } }, { env: undefined }])
    expect(JSON.stringify(left)).not.toContain('SECRET')
  })

  it('is found as stopped if a stop of its task followed it', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 't', { restart: true })
    take(journal, 'other')
    journal.record(stop('t'), message())
    take(journal, 't', {}, message('again'))
    expect(await next(directory)).toEqual(['stopped t', 'interrupted other', 'interrupted t'])
  })

  it('runs again if no guest has started it (issue 14.3): a task or an invocation, unless it was stopped', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const running = takeWaiting(journal, 'running', {}, message('R'))
    takeWaiting(journal, 'waiting', {}, message('W'))
    takeWaiting(journal, 'stopped', {}, message('S'))
    journal.record(invoke('l', 'one'), message('I'))
    journal.record(stop('stopped'), message())
    journal.begin(running ?? -1)
    expect(await next(directory)).toEqual(['interrupted running', 'again W', 'stopped stopped', 'again I'])
    // At a clean stop it is answered instead.
    expect(journal.runsAgain(running ?? -1)).toBe(false)
    expect(journal.runsAgain((running ?? -1) + 1)).toBe(false)
  })

  it('that waits through many restarts is given up only after a hundred', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = takeWaiting(journal, 't') ?? -1
    for (let i = 0; i < 99; i++) journal.rerun(sequence)
    expect(await next(directory)).toEqual(['again payload'])
    journal.rerun(sequence)
    expect(await next(directory)).toEqual(['interrupted t'])
  })

  it.each([
    { what: 'asks for it', of: { restart: true } },
    { what: 'is latent', of: { latent: true } },
  ])('runs again when its task $what', async ({ of }) => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = take(journal, 't', of, message('the whole message'))
    expect(journal.runsAgain(sequence ?? -1)).toBe(true)
    expect(await next(directory)).toEqual(['again the whole message'])
    journal.record(stop('t'), message())
    expect(journal.runsAgain(sequence ?? -1)).toBe(false)
  })

  it('runs again at most five times, unless the proplet lived for a minute in between', async () => {
    const runOnce = async (directory: string): Promise<string> => {
      const { journal } = await open(directory)
      const [left] = journal.unfinished
      if (left?.type === 'again') journal.rerun(left.message.sequence ?? -1)
      return await killed(directory)
    }
    const first = stateDirectory()
    take((await open(first)).journal, 't', { restart: true })
    let directory = await killed(first)
    for (let i = 0; i < 5; i++) {
      expect(await next(directory)).toEqual(['again payload'])
      directory = await runOnce(directory)
    }
    expect(await next(directory)).toEqual(['interrupted t'])

    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    await open(directory)
    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()
    expect(await next(directory)).toEqual(['again payload'])
  })
})

describe('a large content', () => {
  const content = 'x'.repeat(3 * PART_BYTES + 5)

  it('is written in parts, while the event loop turns, before the command may be acknowledged', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 't', { restart: true }, message(content))
    expect(await next(directory)).toEqual(['interrupted t'])
    await journal.durable()
    expect(await next(directory)).toEqual([`again ${content}`])
  })

  it.each([
    { when: 'it is written', first: (journal: Journal) => journal.durable() },
    { when: 'it is being written', first: () => undefined },
  ])('of a task that does not run again is dropped when a guest starts it after $when', async ({ first }) => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = takeWaiting(journal, 't', {}, message(content)) ?? -1
    await first(journal)
    journal.begin(sequence)
    await journal.durable()
    expect(journal.stats).toMatchObject({ commands: 1 })
    expect(journal.stats.liveBytes).toBeLessThan(PART_BYTES)
    expect(await next(directory)).toEqual(['interrupted t'])
  })

  it('is abandoned if its command is closed in the meantime', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = take(journal, 't', { restart: true }, message(content))
    journal.close(sequence ?? -1)
    await journal.durable()
    expect(journal.stats).toMatchObject({ commands: 0, liveBytes: 0 })
    expect(journal.stats.bytes).toBeLessThan(PART_BYTES)
  })
})

describe('packets', () => {
  it('are known to the next process, with their content, until the broker cannot send them again', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 't', {}, message('a', { packet: packet(1) }))
    journal.record(stop('t'), message('b', { packet: packet(2) }))
    take(journal, 'u', {}, message('c', { packet: packet(3, 1) }))
    const known = async () => (await open(await killed(directory))).journal.packets
    expect(await known()).toEqual([packet(1), packet(2), packet(3, 1)])
    journal.forget(1)
    journal.forget(77)
    journal.flush()
    expect(await known()).toEqual([packet(2), packet(3, 1)])
    journal.loseSession()
    expect(await known()).toEqual([])
  })

  it('of QoS 1 are forgotten beyond a thousand, the oldest first; those of QoS 2 are not', async () => {
    const { journal } = await open(stateDirectory())
    take(journal, 'first', {}, message('', { packet: packet(1, 2) }))
    for (let id = 2; id < 1010; id++) journal.record(stop('s'), message('', { packet: packet(id, 1) }))
    expect(journal.packets).toHaveLength(1001)
    expect(journal.packets.slice(0, 2)).toEqual([packet(1, 2), packet(10, 1)])
  })
})

describe('a result', () => {
  it('is known with its packet ID, and whether that was released', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const { sequence = -1 } = journal.recordResult(resultOf('t', take(journal, 't')))
    expect(journal.flight(sequence)).toBeUndefined()
    journal.sent(sequence, 5)
    journal.flush()
    expect((await open(await killed(directory))).journal.flight(sequence)).toEqual({
      messageId: 5,
      isReleased: false,
    })
    journal.released(sequence)
    journal.flush()
    expect((await open(await killed(directory))).journal.flight(sequence)).toEqual({
      messageId: 5,
      isReleased: true,
    })
    journal.sent(sequence, 6)
    journal.flush()
    expect((await open(await killed(directory))).journal.flight(sequence)).toEqual({
      messageId: 6,
      isReleased: false,
    })
  })

  it('issue 14.2: is settled, and was sent, by one write for all, once the link flushes or something else is written', async () => {
    const directory = stateDirectory()
    let writes = 0
    const counting: Disk = {
      ...quickDisk,
      write: (...args) => ((writes += 1), realDisk.write(...args)),
    }
    const { journal } = await open(directory, { disk: counting })
    const sequences = Array.from({ length: 10 }, (_, i) => {
      const kept = journal.recordResult(resultOf(`t${i}`, take(journal, `t${i}`)))
      return kept.sequence ?? -1
    })
    const before = writes
    for (const [i, sequence] of sequences.entries()) journal.sent(sequence, 1 + i)
    for (const sequence of sequences.slice(1)) journal.settle(sequence)
    expect(writes).toBe(before)
    journal.flush()
    journal.flush()
    expect(writes).toBe(before + 1)
    const { journal: found } = await open(await killed(directory))
    expect(leftIn(found)).toEqual(['result {"task_id":"t0","results":"done"}'])
    expect(found.flight(sequences[0] ?? -1)).toEqual({ messageId: 1, isReleased: false })
    for (let i = 0; i < 256; i++) journal.sent(sequences[0] ?? -1, i)
    expect(writes).toBe(before + 2)
  })

  it('that cannot be delivered is replaced at once', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const { sequence = -1, ...publication } = journal.recordResult(resultOf('t', take(journal, 't')))
    const replaced = journal.replace(sequence, { ...publication, payload: { error: 'too large' } })
    expect(Buffer.from(replaced.encoded ?? []).toString()).toBe('{"error":"too large"}')
    expect(await next(directory)).toEqual(['result {"error":"too large"}'])
  })

  it('of a command that is not in the journal is not recorded', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const result = resultOf('t', undefined)
    expect(journal.recordResult(result)).toBe(result.publication)
    expect(await next(directory)).toEqual([])
  })
})

describe('a command that is refused at once (issue 14.2)', () => {
  const answer = 'result {"task_id":"t","results":"no room"}'

  it('is recorded by its result and its packet before the broker receives either', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const sequence = journal.refuse(message('', { packet: packet(5) }))
    const publication = journal.recordResult(resultOf('t', sequence, 'no room'))
    expect(journal.durable()).toBeInstanceOf(Promise)
    expect(await next(directory)).toEqual([])
    journal.flush()
    expect(await next(directory)).toEqual([answer])
    const { journal: second } = await open(await killed(directory))
    expect(second.packets).toEqual([packet(5)])
    await journal.durable()
    expect(journal.durable()).toBeUndefined()
    journal.settle(publication.sequence ?? -1)
    journal.flush()
    expect(await next(directory)).toEqual([])
    expect(journal.stats).toMatchObject({ results: 0, resultBytes: 0, liveBytes: 0 })
  })

  it('keeps its result and its packet when the file that holds them is replaced', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory, { maxBytes: MEBIBYTE, disk: quickDisk })
    const sequence = journal.refuse(message('', { packet: packet(5) }))
    const publication = journal.recordResult(resultOf('t', sequence, 'no room'))
    journal.sent(publication.sequence ?? -1, 77)
    const [before] = filesOf(directory)
    while (filesOf(directory)[0] === before) {
      journal.close(take(journal, 'big', {}, message('x'.repeat(50_000))) ?? -1)
      await journal.durable()
    }
    const { journal: second } = await open(await killed(directory))
    expect(leftIn(second)).toEqual([answer])
    expect(second.packets).toEqual([packet(5)])
    expect(second.flight(publication.sequence ?? -1)).toEqual({ messageId: 77, isReleased: false })
  })

  it('has its result in memory only while nothing can be written', async () => {
    const { disk, faults } = faultyDisk()
    const { journal } = await open(stateDirectory(), { disk })
    const sequence = journal.refuse(message())
    faults.write = 'ENOSPC'
    take(journal, 'other')
    expect(journal.refuse(message())).toBeUndefined()
    expect(journal.recordResult(resultOf('t', sequence, 'no room')).sequence).toBeUndefined()
    expect(journal.stats).toMatchObject({ unkept: 1 })
  })
})

describe('an acknowledgement', () => {
  it('waits for the disk after a command, but not after a result or if everything is on disk', async () => {
    const { journal } = await open(stateDirectory())
    expect(journal.durable()).toBeUndefined()
    const sequence = take(journal, 't')
    const first = journal.durable()
    expect(first).toBeInstanceOf(Promise)
    await first
    expect(journal.durable()).toBeUndefined()
    journal.recordResult(resultOf('t', sequence))
    expect(journal.durable()).toBeUndefined()
    journal.record(stop('t'), message())
    expect(journal.durable()).toBeInstanceOf(Promise)
  })
})

describe('what is found on the disk', () => {
  it('is a prefix of what happened, wherever the last file is cut off', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    const a = take(journal, 'a', { restart: true }, message('A', { packet: packet(1) }))
    const { sequence = -1 } = journal.recordResult({ ...resultOf('a', a), more: true })
    take(journal, 'b')
    journal.sent(sequence, 9)
    journal.settle(sequence)
    const result = 'result {"task_id":"a","results":"done"}'
    const states = [
      [],
      ['again A'],
      ['again A', result],
      ['again A', 'again payload', result],
      ['again A', 'interrupted b', result],
      ['again A', 'interrupted b'],
    ]
    const [file = ''] = filesOf(directory)
    const { length } = readFileSync(file)
    let state = 0
    for (let bytes = 0; bytes <= length; bytes += 3) {
      const copy = await killed(directory)
      const [torn = ''] = filesOf(copy)
      truncateSync(torn, bytes)
      const found = await open(copy, { disk: quickDisk })
      const at = states.findIndex(
        (each, n) => n >= state && JSON.stringify(each) === JSON.stringify(leftIn(found.journal)),
      )
      expect(at, `after ${bytes} bytes: ${leftIn(found.journal).join()}`).toBeGreaterThanOrEqual(state)
      state = at
      await found.journal.end()
    }
    expect(state).toBeGreaterThanOrEqual(3)
  })

  it('is reported as incomplete at its end, and the next process writes to a new file', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'a')
    const [file = ''] = filesOf(directory)
    const copy = await killed(directory)
    const [torn = ''] = filesOf(copy)
    truncateSync(torn, readFileSync(file).length)
    rewrite(torn, (content) => Buffer.concat([content, Buffer.from([0xf5, 0x50, 0x4a, 0x0a, 99, 0])]))
    const { journal: second, logged } = await open(copy)
    expect(logged).toContain('warn Skipped an incomplete record at the end of a journal file')
    expect(second.stats.damagedBytes).toBe(6)
    take(second, 'b')
    expect(await next(copy)).toEqual(['interrupted a', 'interrupted b'])
  })

  it('is complete except for damage in the middle, which is logged as an error', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    for (const id of ['a', 'b', 'c']) take(journal, id)
    const copy = await killed(directory)
    const [file = ''] = filesOf(copy)
    rewrite(file, (content) => {
      content.writeUInt8(0, content.indexOf('"id":"b"') + 6)
      return content
    })
    const { journal: second, logged } = await open(copy)
    expect(leftIn(second)).toEqual(['interrupted a', 'interrupted c'])
    expect(logged).toContain('error Journal file damaged: the records there are lost')
    expect(second.stats.damagedBytes).toBeGreaterThan(50)
  })

  it('is set aside if the header of a file is damaged, at any byte (issue 14.3); four such files are kept', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'a')
    for (let at = 0; at < HEAD_BYTES; at++) {
      const copy = await killed(directory)
      const [file = ''] = filesOf(copy)
      rewrite(file, (content) => {
        content.writeUInt8(content.readUInt8(at) ^ 0x40, at)
        return content
      })
      const damaged = readFileSync(file)
      const { journal: second, logged } = await open(copy, { disk: quickDisk })
      expect(leftIn(second)).toEqual([])
      expect(logged).toEqual(['error Journal file set aside: its header is damaged'])
      expect(second.stats).toMatchObject({ damagedFiles: 1, damagedBytes: damaged.length })
      expect(readFileSync(`${file}.damaged`)).toEqual(damaged)
      takeWaiting(second, 'b')
      expect(await next(copy)).toEqual(['again payload'])
      await second.end()
    }
    const copy = await killed(directory)
    const path = journalDirectory(copy, IDENTITY)
    for (let n = 2; n < 9; n++) writeFileSync(join(path, `00000000000${n}.log`), 'x'.repeat(100))
    expect((await open(copy)).journal.stats.damagedFiles).toBe(7)
    expect(readdirSync(path).filter((name) => name.endsWith('.damaged'))).toEqual(
      [5, 6, 7, 8].map((n) => `00000000000${n}.log.damaged`),
    )
  })

  it('in the format of an earlier release, without a checksum in the header, is read', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'a')
    const copy = await killed(directory)
    const [file = ''] = filesOf(copy)
    rewrite(file, (content) => {
      content.writeUInt32LE(1, 8)
      return Buffer.concat([content.subarray(0, 16), content.subarray(HEAD_BYTES)])
    })
    expect(await next(copy)).toEqual(['interrupted a'])
  })

  it('is skipped if the header of a file is incomplete or damaged', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'a')
    const copy = await killed(directory)
    const path = journalDirectory(copy, IDENTITY)
    writeFileSync(join(path, '000000000002.log'), 'prop')
    writeFileSync(join(path, '000000000003.log'), 'x'.repeat(100))
    writeFileSync(join(path, 'a file of someone else'), 'x')
    const { journal: second, logged } = await open(copy)
    expect(leftIn(second)).toEqual(['interrupted a'])
    expect(logged).toContain('warn Skipped an incomplete record at the end of a journal file')
    expect(logged).toContain('error Journal file set aside: its header is damaged')
    take(second, 'b')
    expect(await next(copy)).toEqual(['interrupted a', 'interrupted b'])
  })

  it('is left alone if a newer release wrote it', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'a')
    const copy = await killed(directory)
    const [file = ''] = filesOf(copy)
    rewrite(file, (content) => {
      content.writeUInt32LE(4, 8)
      content.writeUInt32LE(crc32(content.subarray(0, 16)), 16)
      return content
    })
    const before = readFileSync(file)
    await expect(open(copy)).rejects.toThrow(
      /cannot be used: it was written by a newer release, in format 4; this release knows formats up to 3; set PROPLET_STATE_DIR/,
    )
    expect(readFileSync(file)).toEqual(before)
    // It does not stay locked either.
    await expect(open(copy)).rejects.toThrow(/newer release/)
  })

  it('does not depend on the clock, which may jump at any time', async () => {
    const clock = vi.spyOn(Date, 'now')
    onTestFinished(() => clock.mockRestore())
    const first = stateDirectory()
    clock.mockReturnValue(2e12)
    const { journal } = await open(first)
    take(journal, 'a')
    clock.mockReturnValue(1)
    take(journal, 'b')
    const second = await killed(first)
    const later = (await open(second)).journal
    expect(leftIn(later)).toEqual(['interrupted a', 'interrupted b'])
    take(later, 'c')
    clock.mockReturnValue(9e12)
    expect(await next(second)).toEqual(['interrupted a', 'interrupted b', 'interrupted c'])
  })
})

describe('the directory', () => {
  it('is used by one process at a time, until it ends', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    await expect(open(directory)).rejects.toThrow(/cannot be used: another proplet uses it/)
    await journal.end()
    const again = await open(directory)
    expect(leftIn(again.journal)).toEqual([])
  })

  it('holds a separate journal for each proplet', async () => {
    const directory = stateDirectory()
    const { journal } = await open(directory)
    take(journal, 'a')
    const other = await open(directory, { identity: ['domain', 'channel', 'other'] })
    expect(leftIn(other.journal)).toEqual([])
    expect(readdirSync(directory)).toHaveLength(2)
  })

  it('must be creatable and writable, and belong to our user', async () => {
    const directory = stateDirectory()
    writeFileSync(join(directory, 'file'), '')
    await expect(open(join(directory, 'file'))).rejects.toThrow(
      /cannot be used: ENOTDIR.*set PROPLET_STATE_DIR to another/,
    )
    await expect(open('/proc/none')).rejects.toThrow(/cannot be used: ENOENT/)
    mkdirSync(journalDirectory(directory, IDENTITY))
    mkdirSync(join(journalDirectory(directory, IDENTITY), '000000000001.log'))
    await expect(open(directory)).rejects.toThrow(/cannot be used: EISDIR/)
  })
})

/** The journal, and beside it the expected content. */
class Model {
  readonly commands = new Map<number, { readonly id: string; isStopped: boolean }>()
  readonly results = new Map<number, string>()

  get left(): string[] {
    const commands = [...this.commands.values()].map(
      ({ id, isStopped }) => `${isStopped ? 'stopped' : 'interrupted'} ${id}`,
    )
    const results = [...this.results.values()].map((id) => `result {"task_id":"${id}","results":"done"}`)
    return [...commands, ...results]
  }
}

describe('whatever happens in whatever order', () => {
  const step = fc.record({
    what: fc.constantFrom(
      'take',
      'take',
      'refuse',
      'result',
      'more',
      'close',
      'stop',
      'settle',
      'sent',
      'durable',
      'die',
    ),
    which: fc.nat({ max: 5 }),
  })

  it('the next process finds exactly the unsettled commands and results', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let directory = stateDirectory()
        // Small files, so that some are replaced and deleted.
        const options = { maxBytes: 16 * 1024, disk: quickDisk }
        let { journal } = await open(directory, options)
        const model = new Model()
        for (const { what, which } of steps) {
          const [sequence = -1, command] = [...model.commands][which] ?? []
          const record = [...model.results.keys()][which]
          if (what === 'take') {
            const taken = take(journal, `t${which}`)
            if (taken !== undefined) model.commands.set(taken, { id: `t${which}`, isStopped: false })
          } else if (what === 'refuse') {
            const id = `t${which}`
            const refused = journal.refuse(message('', { packet: packet(which + 1) }))
            const kept = journal.recordResult(resultOf(id, refused))
            journal.flush()
            if (kept.sequence !== undefined) model.results.set(kept.sequence, id)
          } else if ((what === 'result' || what === 'more') && command !== undefined) {
            const more = what === 'more' ? { more: true as const } : {}
            const kept = journal.recordResult({ ...resultOf(command.id, sequence), ...more })
            if (kept.sequence !== undefined) model.results.set(kept.sequence, command.id)
            if (what === 'result') model.commands.delete(sequence)
          } else if (what === 'close' && command !== undefined) {
            journal.close(sequence)
            model.commands.delete(sequence)
          } else if (what === 'stop') {
            journal.record(stop(`t${which}`), message('', { packet: packet(which + 1) }))
            for (const each of model.commands.values()) if (each.id === `t${which}`) each.isStopped = true
          } else if (what === 'settle' && record !== undefined) {
            journal.settle(record)
            journal.flush()
            model.results.delete(record)
          } else if (what === 'sent' && record !== undefined) journal.sent(record, which)
          else if (what === 'durable') await journal.durable()
          else if (what === 'die') {
            directory = await killed(directory)
            const died = journal
            journal = (await open(directory, options)).journal
            await died.end()
            expect(leftIn(journal)).toEqual(model.left)
          }
        }
        const last = await open(await killed(directory), options)
        expect(leftIn(last.journal)).toEqual(model.left)
        await last.journal.end()
        await journal.end()
      }),
      { numRuns: 40, interruptAfterTimeLimit: 10_000 },
    )
  })
})

it('never mistakes a part of a message for a record', async () => {
  const directory = stateDirectory()
  const { journal } = await open(directory)
  const sequence = take(journal, 't')
  journal.recordResult(resultOf('t', sequence, '\n{"type":"closed","number":1}\n'))
  expect(journal.results).toEqual([])
  expect(await next(directory)).toEqual([
    `result ${JSON.stringify({ task_id: 't', results: '\n{"type":"closed","number":1}\n' })}`,
  ])
})
