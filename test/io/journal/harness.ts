import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { codeOf } from '../../../src/model/code-of.js'
import type { InboundMessage, Packet } from '../../../src/model/connection.js'
import { realDisk, type Disk } from '../../../src/io/journal/disk.js'
import {
  journalDirectory,
  openJournal,
  type Journal,
  type JournalOptions,
} from '../../../src/io/journal/index.js'
import { bytes, start } from '../../support/model.js'
import type { Result } from '../../../src/model/result.js'

export const IDENTITY = ['domain', 'channel', 'proplet']

export const MEBIBYTE = 1024 * 1024

export const stateDirectory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'proplet-journal-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export type Opened = { readonly journal: Journal; readonly logged: string[] }

export const open = async (directory: string, options: Partial<JournalOptions> = {}): Promise<Opened> => {
  const logged: string[] = []
  const at = (level: string) => (_: object, message: string) => void logged.push(`${level} ${message}`)
  const log = { info: at('info'), warn: at('warn'), error: at('error') }
  const journal = await openJournal({
    directory,
    identity: IDENTITY,
    maxBytes: 64 * MEBIBYTE,
    log,
    ...options,
  })
  onTestFinished(() => journal.end())
  return { journal, logged }
}

/** A copy of the state directory as a process leaves it when it is killed after this turn of the event loop. */
export const killed = async (directory: string): Promise<string> => {
  for (;;) {
    await setImmediate()
    const copy = stateDirectory()
    try {
      cpSync(directory, copy, { recursive: true })
      return copy
    } catch (error) {
      // A file was removed in the meantime, off the event loop.
      if (codeOf(error) !== 'ENOENT') throw error
    }
  }
}

/** The files of the journal in a state directory, oldest first. */
export const filesOf = (directory: string): readonly string[] => {
  const path = journalDirectory(directory, IDENTITY)
  return readdirSync(path)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(path, name))
}

export const rewrite = (path: string, change: (content: Buffer) => Buffer): void => {
  writeFileSync(path, change(readFileSync(path)))
}

export const packet = (id: number, qos: 1 | 2 = 2): Packet => ({
  qos,
  id,
  bytes: 10 + id,
  checksum: 1000 + id,
})

export const message = (payload = 'payload', of: Partial<InboundMessage> = {}): InboundMessage => ({
  subtopic: 'control/manager/start',
  payload: bytes(payload),
  ...of,
})

/** Records a start command; undefined if it was refused. */
export const takeWaiting = (
  journal: Journal,
  id: string,
  of: Parameters<typeof start>[1] = {},
  from: InboundMessage = message(),
): number | undefined => journal.record(start(id, of), from)

/** Records a start command, and that a guest has begun; undefined if it was refused. */
export const take: typeof takeWaiting = (journal, ...command) => {
  const sequence = takeWaiting(journal, ...command)
  if (sequence !== undefined) journal.begin(sequence)
  return sequence
}

export const resultOf = (id: string, sequence: number | undefined, results = 'done'): Result => ({
  id,
  receivedAt: 0,
  ...(sequence === undefined ? {} : { sequence }),
  publication: { subtopic: 'control/proplet/results', payload: { task_id: id, results }, keep: 'all' },
})

/** What an earlier process left, abbreviated. */
export const leftIn = ({ unfinished: left, results }: Journal): string[] => [
  ...left.map((each) => {
    if (each.type === 'again') return `again ${Buffer.from(each.message.payload).toString()}`
    const invocation = each.invocation === undefined ? '' : ` invocation ${each.invocation.id ?? '-'}`
    return `${each.isStopped ? 'stopped' : 'interrupted'} ${each.id}${invocation}`
  }),
  ...results.map(({ payload }) => `result ${JSON.stringify(payload)}`),
]

/** A disk without fsync, for tests in which only processes end. */
export const quickDisk: Disk = {
  ...realDisk,
  sync: () => Promise.resolve(),
  syncDirectory: () => Promise.resolve(),
}

/** A disk whose operations fail on request. */
export const faultyDisk = () => {
  const faults: { write: string | undefined; sync: string | undefined; short: boolean } = {
    write: undefined,
    sync: undefined,
    short: false,
  }
  const fail = (code: string): never => {
    throw Object.assign(new Error(`${code}: the disk fails`), { code })
  }
  const disk: Disk = {
    write: (fd, content, position) => {
      if (faults.short) return realDisk.write(fd, content.subarray(0, content.length >> 1), position)
      return faults.write === undefined ? realDisk.write(fd, content, position) : fail(faults.write)
    },
    truncate: realDisk.truncate,
    syncDirectory: realDisk.syncDirectory,
    sync: async (fd) => (faults.sync === undefined ? realDisk.sync(fd) : fail(faults.sync)),
  }
  return { disk, faults }
}
