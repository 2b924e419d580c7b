import { type BigIntStats, existsSync } from 'node:fs'

/** A new time of a file: nanoseconds since 1970, the current time, or unchanged. */
export type NewTime = bigint | 'now' | 'keep'

export type NewTimes = { readonly accessed: NewTime; readonly modified: NewTime }

/** A file whose times are set. */
export type TimesTarget = {
  /** The descriptor of the file, or of its directory. */
  readonly fd: number
  /** Its name in that directory; a symbolic link is not followed. Undefined if `fd` is the file. */
  readonly name: string | undefined
  current(): BigIntStats
  /** By a function of Node's `utimes` family; in seconds. */
  set(accessed: string, modified: string): void
}

/**
 * Sets times with nanosecond precision. Node's `utimes` functions take doubles, which cannot express them, and older ones keep
 * microseconds: times that they do not set exactly are set by touch(1), if there is one. Node 20 cannot leave one of the times
 * alone either, so a kept time is written again.
 */
export function setTimes(times: NewTimes, target: TimesTarget): void {
  if (times.accessed === 'keep' && times.modified === 'keep') return
  const keeps = times.accessed === 'keep' || times.modified === 'keep'
  const stats = keeps ? target.current() : undefined
  const [accessed, modified] = [
    resolve(times.accessed, stats?.atimeNs),
    resolve(times.modified, stats?.mtimeNs),
  ]
  if ((accessed % 1000n !== 0n || modified % 1000n !== 0n) && touch(target, times)) return
  target.set(seconds(accessed), seconds(modified))
  if (isRounded(target.current(), times)) touch(target, times)
}

/** Whether a time was rounded to a double, by less than a microsecond. A file system with coarser times is off by more. */
function isRounded({ atimeNs, mtimeNs }: BigIntStats, { accessed, modified }: NewTimes): boolean {
  const isOff = (time: NewTime, found: bigint) => {
    const difference = typeof time === 'bigint' ? found - time : 0n
    return difference !== 0n && difference > -1000n && difference < 1000n
  }
  return isOff(accessed, atimeNs) || isOff(modified, mtimeNs)
}

function resolve(time: NewTime, kept = 0n): bigint {
  if (time === 'now') return BigInt(Date.now()) * 1_000_000n
  return time === 'keep' ? kept : time
}

// As text, because Node.js interprets a negative number, a time before 1970, as the current time.
function seconds(time: bigint): string {
  const microseconds = time / 1000n
  // libuv truncates to whole microseconds, and a double may be slightly below the intended value.
  const beyond = microseconds % 1_000_000n === 0n ? 0 : microseconds < 0n ? -0.5 : 0.5
  return String((Number(microseconds) + beyond) / 1e6)
}

/** The paths of the program; children have no `PATH`. Sandboxes must provide it. */
const TOUCH_PATHS = ['/usr/bin/touch', '/bin/touch'] as const

const TIMEOUT_MS = 5000
const BILLION = 1_000_000_000n

/**
 * Sets times by touch(1) of GNU, which supports nanoseconds, and one time without the other. The file is passed by descriptor, so
 * that nothing can replace it. False: the program is missing or lacks these options.
 */
function touch({ fd, name }: Pick<TimesTarget, 'fd' | 'name'>, times: NewTimes): boolean {
  const program = TOUCH_PATHS.find((path) => existsSync(path))
  if (program === undefined) return false
  const file = name === undefined ? '/proc/self/fd/3' : `/proc/self/fd/3/${name}`
  // Loaded on demand, which is rare, because it takes some milliseconds.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  return commands(times).every((options) => {
    const { status } = spawnSync(
      program,
      ['--no-create', ...(name === undefined ? [] : ['--no-dereference']), ...options, '--', file],
      { stdio: ['ignore', 'ignore', 'ignore', fd], env: {}, cwd: '/', timeout: TIMEOUT_MS },
    )
    return status === 0
  })
}

/** One command per time, because the times may differ. */
const commands = ({ accessed, modified }: NewTimes): readonly (readonly string[])[] => [
  ...optionsOf('-a', accessed),
  ...optionsOf('-m', modified),
]

function optionsOf(which: '-a' | '-m', time: NewTime): readonly (readonly string[])[] {
  if (time === 'keep') return []
  return [time === 'now' ? [which] : [which, `--date=@${decimal(time)}`]]
}

function decimal(time: bigint): string {
  const size = time < 0n ? -time : time
  return `${time < 0n ? '-' : ''}${size / BILLION}.${String(size % BILLION).padStart(9, '0')}`
}
