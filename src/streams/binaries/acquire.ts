import { map, type Observable } from 'rxjs'
import type { Binary } from '../../model/binary.js'
import type { StartCommand } from '../../model/command.js'
import type { TaskProgress } from '../../model/task-event.js'
import type { Downloads } from './download.js'
import type { Fetch } from './fetch.js'

/**
 * One function per way to acquire a binary.
 *
 * @example
 * ```ts
 * const viaProxy = (deps: AcquireDeps): AcquireDeps => ({ ...deps, registry: 'proxy' })
 * ```
 */
export type AcquireDeps = {
  /** Decodes strict base64; errors with a message for the Manager. */
  readonly inline: (base64: string) => Observable<Binary>
  /** In chunks through the Proxy. */
  readonly fetch: Fetch['fetch']
  /** Downloaded by the proplet itself. */
  readonly download: Downloads
  /** The same for encrypted images, which stay encrypted. */
  readonly downloadSealed: Downloads
  /** Whether the Proxy or the proplet itself pulls images. */
  readonly registry: 'proxy' | 'direct'
}

const isUrl = (reference: string): boolean => /^https?:\/\//i.test(reference)

/**
 * Acquires the binary of a task from its command, a URL or the registry. The last event is `fetched`.
 *
 * @example
 * ```ts
 * const progress$ = acquire(acquireDeps)(start)
 * ```
 */
export const acquire =
  ({ inline, fetch, download, downloadSealed, registry }: AcquireDeps) =>
  ({ source, encrypted }: StartCommand): Observable<TaskProgress> => {
    if (source.type === 'inline')
      return inline(source.base64).pipe(map((binary) => ({ type: 'fetched', binary, from: 'command' })))
    if (encrypted) return downloadSealed(source.image)
    return isUrl(source.image) || registry === 'direct' ? download(source.image) : fetch(source.image)
  }
