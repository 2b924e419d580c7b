import { defer, NEVER, of, type Observable } from 'rxjs'
import type { Context } from 'rxjs-marbles'
import type { Binary } from '../../src/model/binary.js'
import { DownloadError, type Download, type DownloadEvent } from '../../src/model/download.js'
import type { TaskProgress } from '../../src/model/task-event.js'
import { createDownloads, type DownloadLimits } from '../../src/streams/binaries/download.js'
import { binary } from './model.js'

const warning = (message: string): TaskProgress => ({ type: 'warning', message })

/** Events of download attempts, by their letter in marble diagrams. */
export const told: Record<string, DownloadEvent> = {
  a: { type: 'arrived' },
  p: { type: 'downloading', received: 10, total: 30 },
  q: { type: 'downloading', received: 20, total: 30 },
  F: { type: 'fetched', binary: binary('wasm'), from: 'url' },
  w: { type: 'warning', message: 'odd' },
}

/** Progress as reported to tasks, by letter. */
export const heard: Record<string, TaskProgress> = {
  1: { type: 'fetching', image: 'ref', attempt: 1 },
  2: { type: 'fetching', image: 'ref', attempt: 2 },
  3: { type: 'fetching', image: 'ref', attempt: 3 },
  4: { type: 'fetching', image: 'ref', attempt: 4 },
  5: { type: 'fetching', image: 'ref', attempt: 5 },
  o: { type: 'fetching', image: 'other', attempt: 1 },
  p: { type: 'downloading', received: 10, total: 30 },
  q: { type: 'downloading', received: 20, total: 30 },
  w: warning('odd'),
  F: { type: 'fetched', binary: binary('wasm'), from: 'url' },
  C: { type: 'fetched', binary: binary('kept'), from: 'cache' },
  A: warning('away; retrying'),
  U: warning('away; using the cached copy'),
  S: warning('ref: no data for 0.1 s; retrying'),
  N: warning('ref: no answer for 0.1 s; using the cached copy'),
  D: warning('cache: disk on fire'),
}

export const away = (retryAfterMs?: number) => new DownloadError('away', { transient: true, retryAfterMs })
export const lasting = new DownloadError('404 Not Found')

const LIMITS: DownloadLimits = { stallMs: 100, ttlMs: 50_000, timeoutMs: 100_000, concurrent: 2 }

type Given = {
  /** The attempts of each reference, in order; the last one is repeated. */
  readonly attempts: Readonly<Record<string, readonly Observable<DownloadEvent>[]>>
  readonly kept?: Observable<Binary | undefined>
  readonly pinned?: boolean
  readonly limits?: Partial<DownloadLimits>
  readonly closed?: (reference: string) => void
}

/** The download stage with downloads of the test; `random` returns 0, so that delays are half of the ceiling. */
export const downloadsWith = (m: Context, given: Given) => {
  const open = (reference: string): Download => {
    const attempts = given.attempts[reference]
    if (attempts === undefined) throw new DownloadError('no reference')
    let next = 0
    return {
      shown: reference,
      pinned: given.pinned ?? false,
      kept: given.kept ?? of(undefined),
      attempt: defer(() => attempts[Math.min(next++, attempts.length - 1)] ?? NEVER),
      close: () => given.closed?.(reference),
    }
  }
  return createDownloads({
    open,
    limits: { ...LIMITS, ...given.limits },
    clock: m.scheduler,
    random: () => 0,
  })
}
