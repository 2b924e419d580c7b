import { HostError } from './errors.js'
import { checkPathLength } from './walk.js'

/**
 * Refuses a new symbolic link that would lead out of the preopen, read from a directory `depth` levels below it: EPERM.
 * A courtesy to other programs that follow links in that directory; guests are kept inside by the walk.
 */
export function checkLinkTarget(target: string, depth: number): void {
  if (target === '') throw new HostError('ENOENT')
  checkPathLength(target)
  if (target.includes('\0')) throw new HostError('EINVAL')
  if (target.startsWith('/')) throw new HostError('EPERM', 'the target is absolute')
  let level = depth
  for (const segment of target.split('/')) {
    if (segment === '..') level--
    else if (segment !== '' && segment !== '.') level++
    if (level < 0) throw new HostError('EPERM', 'the target is outside')
  }
}
