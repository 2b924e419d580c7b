import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'

/**
 * What a process, or some of them together, used and holds. What the host does not tell is undefined. The first three
 * only grow, and hold what children used that have ended and were waited for: proc(5).
 */
export type Figures = {
  /** Of all threads, in user and kernel mode. Accounted in ticks of 10 ms for processes, in nanoseconds for threads. */
  readonly cpuSeconds: number | undefined
  /** Read from, and caused to be written to, storage; not what caches served. */
  readonly diskReadBytes: number | undefined
  readonly diskWriteBytes: number | undefined
  /** Resident. */
  readonly memoryBytes: number | undefined
  readonly threads: number | undefined
  readonly fileDescriptors: number | undefined
}

export type Counters = Pick<Figures, 'cpuSeconds' | 'diskReadBytes' | 'diskWriteBytes'>

/** The kernel's USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100
const NANOSECONDS_A_SECOND = 1e9
/** utime, stime, cutime and cstime, counted from the field behind the name. */
const TIMES_FROM = 11
const TIMES_UNTIL = 15
const RESIDENT = /^VmRSS:\s*(\d+) kB$/m
/** More than any of the files has whose size does not depend on others. */
const FILE_MAX_BYTES = 4096
/** Processes of one tree that are looked at. */
const MAX_PROCESSES = 1000

/** What a process used so far; undefined when it is gone, and where there is no `/proc`. */
export const readCounters = (pid: number): Counters | undefined =>
  countersOf(read(`/proc/${pid}/stat`), read(`/proc/${pid}/io`))

/**
 * The same of one process again and again, a tenth of the time each: what takes time is to open the files of `/proc`.
 * Once its process is gone it reads undefined, whoever has its number then.
 */
export class CounterFiles {
  readonly #stat: number | undefined
  readonly #io: number | undefined
  readonly #buffer = Buffer.allocUnsafe(FILE_MAX_BYTES)

  constructor(pid: number) {
    this.#stat = unlessMissing(() => openSync(`/proc/${pid}/stat`, 'r'))
    this.#io = unlessMissing(() => openSync(`/proc/${pid}/io`, 'r'))
  }

  read(): Counters | undefined {
    return countersOf(this.#text(this.#stat), this.#text(this.#io))
  }

  close(): void {
    for (const file of [this.#stat, this.#io]) if (file !== undefined) closeSync(file)
  }

  #text(file: number | undefined): string | undefined {
    if (file === undefined) return undefined
    const bytes = unlessMissing(() => readSync(file, this.#buffer, 0, FILE_MAX_BYTES, 0))
    return bytes === undefined ? undefined : this.#buffer.toString('latin1', 0, bytes)
  }
}

/** Processor time of one process, and of those that it started and that have ended; its memory, in bytes. */
export type ProcessTotals = {
  readonly cpuSeconds: number
  readonly cpuSecondsOfEnded: number
  readonly memoryBytes: number
}

/** What it takes to sum up many; undefined when it is gone, and where there is no `/proc`. */
export const readProcess = (pid: number): ProcessTotals | undefined => {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = timesIn(read(`/proc/${pid}/stat`) ?? '')
  const kilobytes = numberIn(read(`/proc/${pid}/status`) ?? '', RESIDENT)
  if (kilobytes === undefined) return undefined
  return {
    cpuSeconds: (user + system) / TICKS_A_SECOND,
    cpuSecondsOfEnded: (endedUser + endedSystem) / TICKS_A_SECOND,
    memoryBytes: kilobytes * 1024,
  }
}

/** All of one process; undefined when it is gone, and where there is no `/proc`. About 0.1 ms. */
export const readFigures = (pid: number): Figures | undefined => {
  const counters = readCounters(pid)
  if (counters === undefined) return undefined
  const status = read(`/proc/${pid}/status`) ?? ''
  const kilobytes = numberIn(status, RESIDENT)
  return {
    ...counters,
    memoryBytes: kilobytes === undefined ? undefined : kilobytes * 1024,
    threads: numberIn(status, /^Threads:\s*(\d+)$/m),
    fileDescriptors: list(`/proc/${pid}/fd`)?.length,
  }
}

/** All of a process and its descendants together, as runtimes need it that start programs of others. */
export const readTreeFigures = (pid: number): Figures | undefined => {
  const root = readFigures(pid)
  if (root === undefined) return undefined
  const pids = [pid]
  for (const parent of pids) pids.push(...childrenOf(parent).slice(0, MAX_PROCESSES - pids.length))
  return pids.slice(1).reduce((sum, child) => addFigures(sum, readFigures(child)), root)
}

/** One thread of this process, by the id that the system gives it: what it used; the rest belongs to all threads. */
export const readThreadCounters = (threadId: number): Counters | undefined => {
  const directory = `/proc/self/task/${threadId}`
  const nanoseconds = numberIn(read(`${directory}/schedstat`) ?? '', /^(\d+)/)
  if (nanoseconds === undefined) return undefined
  return { cpuSeconds: nanoseconds / NANOSECONDS_A_SECOND, ...bytesIn(read(`${directory}/io`) ?? '') }
}

/** Field by field; what only one of them tells counts as it is. */
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

const countersOf = (stat: string | undefined, io: string | undefined): Counters | undefined => {
  if (stat === undefined) return undefined
  const ticks = timesIn(stat).reduce((sum, time) => sum + time, 0)
  return { cpuSeconds: Number.isNaN(ticks) ? undefined : ticks / TICKS_A_SECOND, ...bytesIn(io ?? '') }
}

/** utime, stime, cutime and cstime, in ticks. The name of the program before them, in brackets, may hold anything. */
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

/** The process that started it; undefined when it is gone. */
export const parentOf = (pid: number): number | undefined =>
  numberIn(read(`/proc/${pid}/status`) ?? '', /^PPid:\s*(\d+)$/m)

/** The processes that it started; empty when it is gone. */
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

/** Undefined where the process is gone or belongs to another user, and where there is no such file. */
const read = (path: string): string | undefined => unlessMissing(() => readFileSync(path, 'latin1'))
const list = (path: string): string[] | undefined => unlessMissing(() => readdirSync(path))

const unlessMissing = <T>(look: () => T): T | undefined => {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
