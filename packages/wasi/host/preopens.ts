import { fstatSync, statSync } from 'node:fs'
import { Directory } from './directory.js'
import { HostError, sys } from './errors.js'
import { HOLD_ROOT, close, entryPath, open } from './handle.js'

/** A host directory that the guest gets under the path `guestPath`. */
export type Preopen = { readonly hostPath: string; readonly guestPath: string; readonly readonly: boolean }

export type OpenPreopen = { readonly guestPath: string; readonly directory: Directory }

/**
 * Opens all directories of a guest, or none. Errors name the directory: ENOTSUP if the system is not Linux or has no `/proc`,
 * EINVAL for an empty guest path, otherwise why it could not be opened.
 */
export function openPreopens(preopens: readonly Preopen[]): readonly OpenPreopen[] {
  const opened: OpenPreopen[] = []
  try {
    for (const preopen of preopens) {
      opened.push({ guestPath: preopen.guestPath, directory: openPreopen(preopen) })
    }
  } catch (error) {
    for (const { directory } of opened) directory.close()
    throw error
  }
  return opened
}

function openPreopen({ hostPath, guestPath, readonly }: Preopen): Directory {
  if (process.platform !== 'linux') throw new HostError('ENOTSUP', 'directories for guests need Linux')
  if (guestPath === '' || guestPath.includes('\0')) {
    throw new HostError(
      'EINVAL',
      `directory ${hostPath}: expected a guest path without NUL, not an empty one`,
    )
  }
  const fd = open(hostPath, HOLD_ROOT)
  try {
    checkProc(fd)
  } catch (error) {
    close(fd)
    throw error
  }
  return new Directory(fd, readonly)
}

/** ENOTSUP unless `fd` can be reached through `/proc`. */
export function checkProc(fd: number, path = entryPath(fd, '.')): void {
  const held = sys(() => fstatSync(fd, { bigint: true }))
  const reached = sys(() => statSync(path, { bigint: true, throwIfNoEntry: false }))
  if (reached?.ino !== held.ino || reached.dev !== held.dev) {
    throw new HostError('ENOTSUP', 'directories for guests need /proc to be mounted')
  }
}
