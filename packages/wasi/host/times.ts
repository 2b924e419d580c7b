import { type BigIntStats, existsSync } from 'node:fs'

/** A new time of a file: nanoseconds since 1970, the time that it is, or the one that it has. */
export type NewTime = bigint | 'now' | 'keep'

export type NewTimes = { readonly accessed: NewTime; readonly modified: NewTime }

/** A file whose times are to be set. */
export type TimesTarget = {
  /** Of the file itself, or of the directory that it is in. */
  readonly fd: number
  /** The name in that directory, whose own times are set even if it is a symbolic link; undefined if `fd` is the file. */
  readonly name: string | undefined
  current(): BigIntStats
  /** By one of Node's `utimes` family; in seconds. */
  set(accessed: string, modified: string): void
}

/**
 * Sets times, to the nanosecond. Node's `utimes` take doubles and keep microseconds: what has more is set by touch(1), and
 * where there is none, cut to microseconds. Node 20 can't leave one time alone either, so a kept one is written again.
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
}

function resolve(time: NewTime, kept = 0n): bigint {
  if (time === 'now') return BigInt(Date.now()) * 1_000_000n
  return time === 'keep' ? kept : time
}

// As text, because Node takes a negative number, a time before 1970, for the present.
function seconds(time: bigint): string {
  const microseconds = time / 1000n
  // libuv cuts to whole microseconds, and a double may be just short of the one that is meant.
  const beyond = microseconds % 1_000_000n === 0n ? 0 : microseconds < 0n ? -0.5 : 0.5
  return String((Number(microseconds) + beyond) / 1e6)
}

/** Where the program is; children have no `PATH`. Sandboxes have to provide it. */
const TOUCH_PATHS = ['/usr/bin/touch', '/bin/touch'] as const

const TIMEOUT_MS = 5000
const BILLION = 1_000_000_000n

/**
 * Sets times by touch(1) of GNU, which can what Node can't: all nanoseconds, and one time without the other. The file goes
 * by descriptor, so that nothing can be put in its place. False: there is no such program here, or it can't do it.
 */
export function touch({ fd, name }: Pick<TimesTarget, 'fd' | 'name'>, times: NewTimes): boolean {
  const program = TOUCH_PATHS.find((path) => existsSync(path))
  if (program === undefined) return false
  const file = name === undefined ? '/proc/self/fd/3' : `/proc/self/fd/3/${name}`
  // Loaded when it is needed, which is hardly ever, as it takes some milliseconds.
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

/** One call for each time, as each may be another. */
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
