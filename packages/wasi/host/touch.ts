import { existsSync } from 'node:fs'
import type { NewTime, NewTimes, TimesTarget } from './times.js'

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
