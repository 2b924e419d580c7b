import { readdirSync, readFileSync } from 'node:fs'
import type { Figures, Counters } from '../model/figures.js'
import { codeOf } from '../model/code-of.js'

/** The kernel's USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100
const NANOSECONDS_A_SECOND = 1e9
/** The indices of utime, stime, cutime and cstime after the name. */
const TIMES_FROM = 11
const TIMES_UNTIL = 15
const RESIDENT = /^VmRSS:\s*(\d+) kB$/m
/** Limit of processes per tree. */
const MAX_PROCESSES = 1000

/** What a process has used; undefined if it is gone or there is no `/proc`. */
export const readCounters = (pid: number): Counters | undefined =>
  countersOf(read(`/proc/${pid}/stat`), read(`/proc/${pid}/io`))

/** Processor time of one process, and of those that it started and that have ended; its memory, in bytes. */
export type ProcessTotals = {
  readonly cpuSeconds: number
  readonly cpuSecondsOfEnded: number
  readonly memoryBytes: number
}

/** A cheap reading, for sums over many processes; undefined if it is gone or there is no `/proc`. */
export const readProcess = (pid: number): ProcessTotals | undefined => {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = timesIn(read(`/proc/${pid}/stat`) ?? '')
  const memoryBytes = readResidentBytes(pid)
  if (memoryBytes === undefined) return undefined
  return {
    cpuSeconds: (user + system) / TICKS_A_SECOND,
    cpuSecondsOfEnded: (endedUser + endedSystem) / TICKS_A_SECOND,
    memoryBytes,
  }
}

/** Resident memory in bytes; undefined if the process is gone or there is no `/proc`. */
export const readResidentBytes = (pid: number): number | undefined =>
  residentBytesIn(read(`/proc/${pid}/status`))

/**
 * The figures of one process; undefined if it is gone or there is no `/proc`. Takes about 0.2 ms.
 *
 * @example
 * ```ts
 * const memory = readFigures(process.pid)?.memoryBytes
 * ```
 */
export const readFigures = (pid: number): Figures | undefined =>
  figuresOf(pid, readCounters(pid), read(`/proc/${pid}/status`))

/**
 * The figures of a process and all its descendants together, for runtimes that start other programs; undefined if it is gone or
 * there is no `/proc`.
 *
 * @example
 * ```ts
 * const usage = (pid: number) => readTreeFigures(pid)?.cpuSeconds
 * ```
 */
export const readTreeFigures = (pid: number): Figures | undefined => {
  const root = readFigures(pid)
  if (root === undefined) return undefined
  const pids = [pid]
  for (const parent of pids) pids.push(...childrenOf(parent).slice(0, MAX_PROCESSES - pids.length))
  return pids.slice(1).reduce((sum, child) => addFigures(sum, readFigures(child)), root)
}

/** What one thread of this process, by its kernel ID, has used; the other figures belong to all threads. */
export const readThreadCounters = (threadId: number): Counters | undefined => {
  const directory = `/proc/self/task/${threadId}`
  const nanoseconds = numberIn(read(`${directory}/schedstat`) ?? '', /^(\d+)/)
  if (nanoseconds === undefined) return undefined
  return { cpuSeconds: nanoseconds / NANOSECONDS_A_SECOND, ...bytesIn(read(`${directory}/io`) ?? '') }
}

/**
 * Adds field by field; a field that only one of them has counts as it is.
 *
 * @example
 * ```ts
 * const total = addFigures(figures, readFigures(process.pid))
 * ```
 */
export const addFigures = (a: Figures, b: Figures | undefined): Figures =>
  b === undefined
    ? a
    : {
        cpuSeconds: add(a.cpuSeconds, b.cpuSeconds),
        diskReadBytes: add(a.diskReadBytes, b.diskReadBytes),
        diskWriteBytes: add(a.diskWriteBytes, b.diskWriteBytes),
        memoryBytes: add(a.memoryBytes, b.memoryBytes),
        threads: add(a.threads, b.threads),
        fileDescriptors: add(a.fileDescriptors, b.fileDescriptors),
      }

const add = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : a + b

/** `stat` and `io` are the texts of these files of a process. */
export const countersOf = (stat: string | undefined, io: string | undefined): Counters | undefined => {
  if (stat === undefined) return undefined
  const ticks = timesIn(stat).reduce((sum, time) => sum + time, 0)
  return { cpuSeconds: Number.isNaN(ticks) ? undefined : ticks / TICKS_A_SECOND, ...bytesIn(io ?? '') }
}

/** `status` is the text of that file of a process. Not `statm`, whose pages may have 4, 16 or 64 KB. */
export const residentBytesIn = (status: string | undefined): number | undefined => {
  const kilobytes = numberIn(status ?? '', RESIDENT)
  return kilobytes === undefined ? undefined : kilobytes * 1024
}

export const figuresOf = (
  pid: number,
  counters: Counters | undefined,
  status: string | undefined,
): Figures | undefined =>
  counters && {
    ...counters,
    memoryBytes: residentBytesIn(status),
    threads: numberIn(status ?? '', /^Threads:\s*(\d+)$/m),
    fileDescriptors: list(`/proc/${pid}/fd`)?.length,
  }

/** utime, stime, cutime and cstime, in ticks. The program name in brackets before them may contain anything. */
const timesIn = (stat: string): readonly number[] =>
  stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ', TIMES_UNTIL)
    .slice(TIMES_FROM)
    .map(Number)

const bytesIn = (io: string): Pick<Counters, 'diskReadBytes' | 'diskWriteBytes'> => ({
  diskReadBytes: numberIn(io, /^read_bytes: (\d+)$/m),
  diskWriteBytes: numberIn(io, /^write_bytes: (\d+)$/m),
})

/** The parent process; undefined if it is gone. */
export const parentOf = (pid: number): number | undefined =>
  numberIn(read(`/proc/${pid}/status`) ?? '', /^PPid:\s*(\d+)$/m)

/** The child processes; empty if it is gone. */
export const childrenOf = (pid: number): number[] =>
  (list(`/proc/${pid}/task`) ?? []).flatMap((thread) =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? '')
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  )

const numberIn = (text: string, pattern: RegExp): number | undefined => {
  const digits = pattern.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Undefined if the process is gone or belongs to another user, or if there is no such file. */
const read = (path: string): string | undefined => unlessMissing(() => readFileSync(path, 'latin1'))
const list = (path: string): string[] | undefined => unlessMissing(() => readdirSync(path))

export const unlessMissing = <T>(look: () => T): T | undefined => {
  try {
    return look()
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined
    throw error
  }
}
