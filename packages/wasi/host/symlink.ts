import { HostError } from './errors.js'
import { checkPathLength } from './walk.js'

/**
 * Refuses to create a symbolic link that would lead out of the preopen, resolved in a directory `depth` levels below it: EPERM.
 * This protects other programs that follow links in that directory; the walk confines guests by itself.
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
