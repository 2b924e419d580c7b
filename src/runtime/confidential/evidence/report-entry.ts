import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { codeOf } from '../../../model/code-of.js'
import { isAlive } from '../../../host/is-alive.js'

/** The kernel's answer through one entry of configfs-tsm. */
export type Report = { readonly provider: string; readonly outblob: Buffer; readonly auxblob: Buffer }

/** A failed step, with the kernel's error. */
export class ReportError extends Error {
  override readonly name = 'ReportError'
  readonly code: string
  readonly step: string

  constructor(step: string, code: string, cause?: unknown) {
    super(`${step}: ${code}`, { cause })
    this.step = step
    this.code = code
  }
}

/** Another program wrote to the entry, so the report may not be ours. */
export const FOREIGN = 'FOREIGN_WRITE'
/** Transient errors: the host is busy with another request, a signal arrived, or the host was slow. */
const PASSING: ReadonlySet<string> = new Set(['EBUSY', 'EINTR', 'ETIMEDOUT', 'EAGAIN', 'EEXIST', FOREIGN])
const MAX_ATTEMPTS = 5
const BACKOFF_MS = 100

/** A simulated kernel fills an entry shortly after its creation. */
const FILLED_WITHIN_MS = 2000
const LOOK_AGAIN_MS = 20

const MAX_BLOB_BYTES = 1024 * 1024
const PREFIX = 'proplet-'

const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ReportError ? error : new ReportError(name, codeOf(error) ?? 'EIO', error)
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Waits until `read` returns a filled value. */
const filled = async <T>(read: () => Promise<T>, isFilled: (value: T) => boolean): Promise<T> => {
  const until = performance.now() + FILLED_WITHIN_MS
  for (;;) {
    const isLate = performance.now() >= until
    try {
      const value = await read()
      if (isFilled(value) || isLate) return value
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || isLate) throw error
    }
    await setTimeout(LOOK_AGAIN_MS)
  }
}

/** Reads to the end through one descriptor, because configfs files report a size of 0. */
const blobOf = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r')
  try {
    const pieces: Buffer[] = []
    let size = 0
    for (;;) {
      const buffer = Buffer.alloc(64 * 1024)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return Buffer.concat(pieces)
      size += bytesRead
      if (size > MAX_BLOB_BYTES) throw new ReportError('read', 'EFBIG')
      pieces.push(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

/** In one call, because the kernel processes it when the file is closed. */
const write = async (path: string, bytes: Buffer): Promise<void> => {
  const file = await open(path, 'w')
  try {
    await file.write(bytes, 0, bytes.length, null)
  } finally {
    await file.close()
  }
}

const textOf = (path: string): Promise<string> => readFile(path, 'utf8')
const isFilledText = (text: string): boolean => text.trim() !== ''

/** The privilege level to request: above 0 in a guest under a service module. */
const levelOf = async (entry: string): Promise<string | undefined> => {
  const floor = await textOf(join(entry, 'privlevel_floor')).catch(() => '0')
  return /^[1-3]$/.test(floor.trim()) ? floor.trim() : undefined
}

/** The two steps at which the kernel reports errors. */
export type ReportFiles = {
  readonly mkdir: (entry: string) => Promise<unknown>
  readonly read: (blob: string) => Promise<Buffer>
}

const ofKernel: ReportFiles = { mkdir: (entry) => mkdir(entry), read: blobOf }

const reported = async (entry: string, data: Buffer, files: ReportFiles): Promise<Report> => {
  const provider = await step('provider', () => filled(() => textOf(join(entry, 'provider')), isFilledText))
  const level = await levelOf(entry)
  if (level !== undefined) await step('privlevel', () => write(join(entry, 'privlevel'), Buffer.from(level)))
  await step('inblob', () => write(join(entry, 'inblob'), data))
  const outblob = await step('outblob', () =>
    filled(
      () => files.read(join(entry, 'outblob')),
      (blob) => blob.length > 0,
    ),
  )
  const auxblob = (await isThere(join(entry, 'auxblob')))
    ? await step('auxblob', () => blobOf(join(entry, 'auxblob')))
    : Buffer.alloc(0)
  const writes = level === undefined ? 1 : 2
  const generation = await step('generation', () =>
    filled(
      async () => Number(await textOf(join(entry, 'generation'))),
      (found) => found >= writes,
    ),
  )
  if (generation !== writes) throw new ReportError('generation', FOREIGN)
  return { provider: provider.trim(), outblob, auxblob }
}

/** The kernel removes an entry with its files; a simulated one must be emptied first. */
export const removeEntry = async (entry: string): Promise<void> => {
  try {
    await rmdir(entry)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    if (codeOf(error) !== 'ENOTEMPTY') throw error
    await rm(entry, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  }
}

/** Removes the entries of processes that were killed before they could. */
const removeStale = async (reports: string): Promise<void> => {
  const names = await readdir(reports).catch(() => [])
  const stale = names.filter((name) => {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? process.pid)
    return !isAlive(pid)
  })
  for (const name of stale) await removeEntry(join(reports, name)).catch(() => undefined)
}

export type ReportRequest = {
  /** The directory of the entries. */
  readonly reports: string
  /** 64 bytes. */
  readonly data: Buffer
  /** Called with the current entry, and with undefined once it is removed. */
  readonly onEntry: (entry: string | undefined) => void
}

const attempted = async ({ reports, data, onEntry }: ReportRequest, files: ReportFiles): Promise<Report> => {
  const entry = join(reports, `${PREFIX}${process.pid}-${randomBytes(8).toString('hex')}`)
  await step('mkdir', () => files.mkdir(entry))
  onEntry(entry)
  try {
    return await reported(entry, data, files)
  } finally {
    await removeEntry(entry).finally(() => onEntry(undefined))
  }
}

/**
 * Requests one report from the kernel. Each attempt has its own entry, which is always removed; transient errors are
 * retried. Rejects with a `ReportError`.
 */
export const makeReport = async (request: ReportRequest, files: ReportFiles = ofKernel): Promise<Report> => {
  await removeStale(request.reports)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attempted(request, files)
    } catch (error) {
      const passes = error instanceof ReportError && PASSING.has(error.code)
      if (!passes || attempt >= MAX_ATTEMPTS) throw error
      await setTimeout(BACKOFF_MS * 2 ** (attempt - 1))
    }
  }
}
