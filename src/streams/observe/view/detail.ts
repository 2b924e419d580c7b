import { defer, takeWhile, type Observable } from 'rxjs'
import type { DetailUpdate } from '../../../model/view.js'
import { toDetail } from './entry.js'
import type { Groups } from './groups.js'
import type { Tails } from './tails.js'
import { whileReady, type ViewerDeps } from './viewer.js'

export type DetailDeps = ViewerDeps & {
  readonly groups: Groups
  readonly tails: Tails
  readonly tick$: Observable<unknown>
}

const NO_ROW: DetailUpdate = { detail: undefined, skipped: 0, pieces: [], isLast: true }

/** The detail of one task and its live output; completes at its end, or at once if there is no such row. */
export const detailOf = (key: number, { groups, tails, tick$, ...viewer }: DetailDeps) =>
  defer((): Observable<DetailUpdate> => {
    let version = -1
    let from = 0
    const next = (): DetailUpdate | undefined => {
      const entry = groups.find(key)
      if (entry === undefined) return NO_ROW
      if (entry.version === version) return undefined
      version = entry.version
      const output = tails.of(key)?.read(from) ?? { skipped: 0, pieces: [], next: from }
      from = output.next
      return {
        detail: toDetail(entry),
        skipped: output.skipped,
        pieces: output.pieces,
        isLast: !groups.isLive(entry),
      }
    }
    return tick$.pipe(
      whileReady(viewer, next),
      takeWhile(({ isLast }) => !isLast, true),
    )
  })
