import { HostError } from '../host/errors.js'
import type { Durability } from '../host/file.js'
import type { NewTime, NewTimes } from '../host/times.js'

/** `__wasi_fdflags_t`. */
export const fdflags = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const
/** `__wasi_oflags_t`. */
export const oflags = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const

const ALL_FDFLAGS = 31
const ALL_OFLAGS = 15
const SYMLINK_FOLLOW = 1
const fstflags = { atim: 1, atimNow: 2, mtim: 4, mtimNow: 8 } as const
const ALL_FSTFLAGS = 15

function known(flags: number, all: number): number {
  if ((flags & ~all) !== 0) throw new HostError('EINVAL')
  return flags
}

/** EINVAL: unknown bits. */
export const checkFdflags = (flags: number): number => known(flags, ALL_FDFLAGS)
/** EINVAL: unknown bits. */
export const checkOflags = (flags: number): number => known(flags, ALL_OFLAGS)
export function durabilityOf(flags: number): Durability {
  if ((flags & fdflags.sync) !== 0) return 'all'
  return (flags & fdflags.dsync) !== 0 ? 'data' : 'none'
}
/** Whether `lookupflags` ask to follow a symbolic link in the last segment. EINVAL: unknown bits. */
export const follows = (flags: number): boolean => known(flags, SYMLINK_FOLLOW) === SYMLINK_FOLLOW

/** The times selected by `fstflags`, in nanoseconds. EINVAL: both a time and "now". */
export function newTimes(accessed: bigint, modified: bigint, flags: number): NewTimes {
  known(flags, ALL_FSTFLAGS)
  const time = (value: bigint, set: boolean, now: boolean): NewTime => {
    if (set && now) throw new HostError('EINVAL')
    if (now) return 'now'
    return set ? BigInt.asUintN(64, value) : 'keep'
  }
  return {
    accessed: time(accessed, (flags & fstflags.atim) !== 0, (flags & fstflags.atimNow) !== 0),
    modified: time(modified, (flags & fstflags.mtim) !== 0, (flags & fstflags.mtimNow) !== 0),
  }
}
