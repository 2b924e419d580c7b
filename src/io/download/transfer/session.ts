import type { Binary } from '../../../model/binary.js'
import type { Observable } from 'rxjs'
import type { Download } from '../../../model/download.js'
import type { Spool } from '../../cache/spool.js'
import type { Attempt, DownloadContext } from './context.js'
import type { Http } from '../http/http.js'
import { producing } from '../../abortable.js'

export type SessionOptions = {
  readonly shown: string
  readonly pinned: boolean
  readonly kept: Observable<Binary | undefined>
  readonly context: DownloadContext
  readonly openHttp: () => Http
  /** Makes one attempt, into a spool that keeps the data of earlier ones. */
  readonly attempt: (attempt: Attempt, spool: Spool) => Promise<void>
}

/**
 * The attempts of one download, with their shared connections and spool.
 *
 * Invariants: one attempt runs at a time, even if the previous one was abandoned and is still ending; the spool is
 * closed once, after the last attempt.
 */
export const createSession = ({ context, openHttp, attempt, ...rest }: SessionOptions): Download => {
  let http: Http | undefined
  const spool = context.cache.spool(context.budget)
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (job: () => Promise<void>): Promise<void> => {
    const mine = last.then(job)
    last = mine.catch(() => undefined)
    return mine
  }

  return {
    ...rest,
    attempt: producing((emit, signal) =>
      inTurn(async () => {
        signal.throwIfAborted()
        http ??= openHttp()
        await attempt({ http, emit, signal }, spool)
      }),
    ),
    close: () => {
      http?.close()
      // If it cannot be deleted now, the next start of the cache removes it.
      void inTurn(() => spool.close()).catch(() => undefined)
    },
  }
}
